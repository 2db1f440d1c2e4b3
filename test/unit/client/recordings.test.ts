import { Readable } from "node:stream";
import { expect, test } from "@jest/globals";
import { readAnswer } from "../../../client/answer";
import { contract, type Route } from "../../../contract";
import { scenarios } from "../../twin/scenario";

/** Those with fewer parameters first, as a server looks for them. */
const operations = Object.entries(contract)
  .flatMap(([entity, routes]) =>
    Object.entries<Route>(routes).map(([name, route]) => ({
      name: `${entity}.${name}`,
      route,
      pattern: new RegExp(`^/api${route.path}$`.replaceAll(/:\w+/g, "[^/]+")),
    })),
  )
  .sort((one, other) => one.route.path.split("/:").length - other.route.path.split("/:").length);

/** What a real Portainer was recorded to answer with success, by operation. */
const recorded = scenarios.flatMap(({ name: scenario, steps }) =>
  steps.flatMap(({ id, method, path, record, expect: { status = 0, body = null } = {} }) => {
    const operation = operations.find(
      ({ route, pattern }) => method === route.method && pattern.test(path.split("?")[0] ?? ""),
    );
    const isWhole = status >= 200 && status < 300 && !record?.keep;
    return operation?.route.response && isWhole ? [{ operation, body, step: `${scenario} ${id}` }] : [];
  }),
);
const names = [...new Set(recorded.map(({ operation }) => operation.name))].sort();

test.each(names)("%s reads all that a real Portainer was recorded to answer", async (name) => {
  for (const { operation, body, step } of recorded.filter((it) => it.operation.name === name)) {
    const call = { route: operation.route, path: step };
    const answer = Readable.from([Buffer.from(body === null ? "" : JSON.stringify(body))]);
    await expect(readAnswer(call, { body: answer })).resolves.not.toThrow();
  }
});

test("the recordings hold answers of most operations", () => {
  expect(names.length).toBeGreaterThan(50);
});
