import { beforeAll, expect, test } from "@jest/globals";
import { isAtLeast } from "../../../contract";
import { containerArguments } from "../../../provider/docker/container/arguments";
import { type AnyArgument, canonical } from "../../../provider/docker/container/arguments/argument";
import { type ContainerHost, onEngine, type Space } from "../../support/container-host";
import { engineApi, has, inspect, makeAnew, valueAt } from "../../support/engine-api";
import { DOORS, type Door } from "../../support/host";
import { engineOrSkip, otherTestImage, testImage } from "../../support/needs";
import { type Effect, elsewhere, type Row, rowsOf } from "./rows";

/** Takes the place of a prefix that is known only when the tests run. */
const PREFIX = "PREFIX-";

const nameNow = ({ stack }: Space) => String(stack.entry("web").inputs["name"]);
const warnings = ({ stack }: Space) => String(stack.outputs("web")["warnings"] ?? "");
const inspectNow = async (space: Space) => (await inspect(nameNow(space))) ?? {};
const idNow = async (space: Space) => (await inspect(nameNow(space)))?.Id;
const up = ({ stack }: Space, args: object) => stack.up("Container", "web", { ...args });
const preview = ({ stack }: Space, args: object) => stack.preview("Container", "web", { ...args });

async function effectOfUp(space: Space, args: object): Promise<Effect> {
  const before = await idNow(space);
  await up(space, args);
  return (await idNow(space)) === before ? "in place" : "recreated";
}

/** After it has been read again there is nothing to change. */
async function expectSilence(space: Space, args: object): Promise<void> {
  expect(await space.stack.refresh("web")).toBe(true);
  expect(await preview(space, args)).toBe("same");
}

async function furnish(space: Space, { needs }: Row): Promise<void> {
  if (needs === "network") await space.network("net");
  // One row has it: no other network of the engine may have these addresses at the same time.
  if (needs === "subnet") await space.network("net", "10.213.9.0/24");
  if (needs === "neighbour") await space.neighbour("db");
}

/** The value is what the engine shows, unless it has said that its kernel has no such thing. */
async function expectArrival(space: Space, { arrives, discarded }: Row): Promise<void> {
  if (!arrives) return;
  const [path, value] = arrives;
  const actual = valueAt(await inspectNow(space), path);
  if (!has(actual, value) && discarded?.test(warnings(space))) return;
  expect([actual, has(actual, value)]).toEqual([actual, true]);
}

/** Somebody else sets the value of before, `earlier`, on the container as it is. */
async function alter(space: Space, row: Row, earlier: object): Promise<void> {
  const name = nameNow(space);
  const drift = row.drift ?? (row.change === "in place" ? "update" : "anew");
  if (drift === "anew") return await makeAnew(name, earlier, row.argument === "hostname");
  const [path = ""] = row.arrives ?? [];
  const update = { [path.replace("HostConfig.", "")]: valueAt(earlier, path) };
  const [method, to, body] = drift === "update" ? (["POST", "/update", update] as const) : drift;
  const isNetwork = to.startsWith("/networks/");
  const answer = await engineApi(
    method,
    isNetwork ? to : `/containers/${name}${to}`,
    isNetwork ? { Container: name } : body,
  );
  expect([answer.status < 300, answer.text]).toEqual([true, answer.text]);
}

test("each argument of a container has a row, or a place elsewhere", () => {
  const shown = [...rowsOf(PREFIX, "", "").map(({ argument }) => argument), ...Object.keys(elsewhere)];
  expect([...new Set(shown)].sort()).toEqual(Object.keys(containerArguments).sort());
});

/**
 * Both doors share what the rows are about, so a few go through the plugin. All of them do with `TEST_WHOLE_MATRIX` in
 * the environment.
 */
const EVERY: Readonly<Record<Door, number>> = {
  "dynamic provider": 1,
  plugin: process.env["TEST_WHOLE_MATRIX"] ? 1 : 7,
};

for (const door of DOORS) {
  onEngine(
    `§9.1 each argument of a container, through the ${door}`,
    (host) => testRows(host, EVERY[door]),
    engineOrSkip(),
    door,
  );
}

/** @param every which rows: 1 for all, 7 for every seventh. */
function testRows(host: ContainerHost, every: number): void {
  let apiVersion: string;
  beforeAll(async () => {
    apiVersion = String((await engineApi("GET", "/version")).body["ApiVersion"]);
  });

  test.concurrent.each(
    rowsOf(PREFIX, testImage, otherTestImage)
      .map(({ argument, part = "" }, index) => ({ argument, part, index }))
      .filter(({ index }) => index % every === 0),
  )(
    "$argument $part reaches the engine, stays silent, changes as documented, and its drift is healed",
    async ({ index }) => {
      await using space = host.space();
      const row = rowsOf(space.prefix, testImage, otherTestImage)[index] as Row;
      const without: Record<string, unknown> = { ...space.base, ...row.with };
      const args = { ...without, [row.argument]: row.value };
      await furnish(space, row);

      if (row.since !== undefined && !isAtLeast(apiVersion, row.since)) {
        await expect(up(space, args)).rejects.toThrow(`needs Docker API ${row.since}`);
        return;
      }
      const refusal = row.refused ?? row.mayRefuse;
      if (refusal) {
        const error = await up(space, args).then(() => undefined, String);
        if (error !== undefined) {
          expect(error).toMatch(refusal);
          return;
        }
      } else await up(space, args);

      await expectArrival(space, row);
      for (const spelling of [row.value, ...(row.same ?? [])]) {
        const step = await preview(space, { ...args, [row.argument]: spelling });
        expect([spelling, step]).toEqual([spelling, "same"]);
      }
      await expectSilence(space, args);

      if (row.other !== undefined) {
        const changed = { ...args, [row.argument]: row.other };
        const earlier = await inspectNow(space);
        expect(await effectOfUp(space, changed)).toBe(row.change);
        await expectSilence(space, changed);

        const isLeftOut = row.discarded?.test(warnings(space));
        if (row.unseen === undefined && !isLeftOut) {
          await alter(space, row, earlier);
          await space.stack.refresh("web");
          expect(await preview(space, changed)).toBe("update");
          await up(space, changed);
          await expectSilence(space, changed);
        }
      }

      const { [row.argument]: _gone, ...rest } = args;
      if (row.argument in without) return;
      const argument: AnyArgument = containerArguments[row.argument as keyof typeof containerArguments];
      const askedForNothing = canonical(argument, row.other ?? row.value) === null;
      expect(await effectOfUp(space, rest)).toBe(askedForNothing ? "in place" : (row.removal ?? row.change));
      await expectSilence(space, rest);
    },
    120_000,
  );
}
