import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { contract, type Route } from "../../contract";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";
import { type Actor, form, startWorld, type World } from "./kit";

// A world hashes a dozen passwords, which takes a busy machine its time.
jest.setTimeout(30_000);

/**
 * Every route of the contract, asked by everybody. Only access is judged: who may pass is answered by the handler,
 * whatever it says of a request that carries next to nothing.
 */
let world: World;
let engine: TinyEngine;
beforeAll(async () => {
  engine = await startTinyEngine();
  world = await startWorld();
  await world.admin("POST", "/endpoints", form({ Name: "one", EndpointCreationType: "1", URL: engine.url }));
  await world.admin("POST", "/tags", { Name: "a" });
  await world.admin("POST", "/registries", {
    Name: "r",
    Type: 3,
    URL: "r.example.com",
    Authentication: true,
    Username: "u",
    Password: "registry-secret",
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

const routes: [string, Route][] = Object.entries(contract).flatMap(([entity, operations]) =>
  Object.entries(operations)
    // It ends the session that asks, which the rest of the list needs; auth.test.ts has it.
    .filter(([, route]) => route !== contract.auth.logout)
    .map(([name, route]): [string, Route] => [`${entity}.${name}`, route as Route]),
);

/** A delete that worked would end the test's own world, so it goes to an id that is not there. */
const pathOf = ({ method, path }: Route): string =>
  path.replace(/:(\w+)/g, (_, name: string) => {
    if (name === "file") return "ca";
    return method === "DELETE" || name === "token" ? "99" : "1";
  });

const expired = () =>
  `raw:Bearer ${["eyJhbGciOiJIUzI1NiJ9", "eyJpZCI6MSwiZXhwIjoxfQ", "x"].join(".")}` as const;

const ROLES: { name: string; as: () => Actor; may: (route: Route) => number | undefined }[] = [
  { name: "nobody", as: () => "nobody", may: unauthenticated },
  { name: "a bad token", as: () => "raw:Bearer bad", may: unauthenticated },
  { name: "an expired token", as: expired, may: unauthenticated },
  { name: "a standard user", as: () => "alice", may: standard },
  { name: "a standard user's key", as: () => "key:alice", may: standard },
  { name: "a team leader", as: () => "leader", may: leader },
  { name: "a team leader's key", as: () => "key:leader", may: leader },
  { name: "an administrator", as: () => "admin", may: () => undefined },
  { name: "an administrator's key", as: () => "key:admin", may: () => undefined },
];

function unauthenticated({ access }: Route): number | undefined {
  return access === "public" ? undefined : 401;
}

function standard({ access }: Route): number | undefined {
  return access === "administrator" || access === "teamLeader" ? 403 : undefined;
}

function leader({ access }: Route): number | undefined {
  return access === "administrator" ? 403 : undefined;
}

const DENIED = {
  401: /A valid authorization token is missing|Invalid JWT token/,
  403: /Access denied/,
} as const;

describe.each(ROLES)("$name", ({ as, may }) => {
  test.each(routes)("%s", async (_name, route) => {
    const refusal = may(route);
    const answer = await world.send({ as: as(), method: route.method, path: pathOf(route) });
    const text = await answer.text();
    if (refusal === 401 || refusal === 403) {
      expect({ status: answer.status, text }).toMatchObject({ status: refusal });
      expect(text).toMatch(DENIED[refusal]);
    } else {
      expect(answer.status).not.toBe(405);
      expect(text).not.toMatch(
        /A valid authorization token is missing|"message":"Access denied","details":"Unauthorized"/,
      );
    }
    expect(text).not.toMatch(/\$2[aby]\$|PasswordHash|"digest"/);
    if (as() !== "admin" && as() !== "key:admin") expect(text).not.toContain("registry-secret");
  });
});

test("declares something of every route, and says by what it was verified", () => {
  for (const [name, route] of routes)
    expect([name, route.summary.length > 10, route.verified]).not.toContain(false);
});
