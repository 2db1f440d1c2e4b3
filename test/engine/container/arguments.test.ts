import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { isAtLeast } from "../../../contract";
import { containerArguments } from "../../../provider/docker/container/arguments";
import { type Argument, canonical } from "../../../provider/docker/container/arguments/argument";
import { type ContainerHost, startContainerHost } from "../../support/container-host";
import { engineApi, has, inspect, makeAnew, sweep, valueAt } from "../../support/engine-api";
import { engineOrSkip, otherTestImage, testImage } from "../../support/needs";
import { type Effect, elsewhere, type Row, rowsOf } from "./rows";

/** Takes the place of a prefix that is known only when the tests run. */
const PREFIX = "PREFIX-";

let host: ContainerHost;
let apiVersion: string;
engineOrSkip()("§9.1 each argument of a container", () => {
  beforeAll(async () => {
    host = await startContainerHost();
    apiVersion = String((await engineApi("GET", "/version")).body["ApiVersion"]);
  });
  afterEach(async () => {
    host.stack.forget();
    await sweep(host.prefix);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  const up = (args: object) => host.stack.up("Container", "web", { ...args });
  const preview = (args: object) => host.stack.preview("Container", "web", { ...args });
  const nameNow = () => String(host.stack.entry("web").inputs["name"]);
  const idNow = async () => (await inspect(nameNow()))?.Id;

  async function effectOf(work: () => Promise<unknown>): Promise<Effect> {
    const before = await idNow();
    await work();
    return (await idNow()) === before ? "in place" : "recreated";
  }

  /** After it has been read again there is nothing to change. */
  async function expectSilence(args: object): Promise<void> {
    expect(await host.stack.refresh("web")).toBe(true);
    expect(await preview(args)).toBe("same");
  }

  async function furnish({ needs }: Row): Promise<void> {
    if (needs === "network") await host.network("net", "10.213.9.0/24");
    if (needs === "neighbour") await host.neighbour("db");
  }

  /** The value is what the engine shows, unless it has said that its kernel has no such thing. */
  async function expectArrival({ arrives, discarded }: Row): Promise<void> {
    if (!arrives) return;
    const [path, value] = arrives;
    const actual = valueAt(await inspect(nameNow()), path);
    const warnings = String(host.stack.outputs("web")["warnings"] ?? "");
    if (!has(actual, value) && discarded?.test(warnings)) return;
    expect([actual, has(actual, value)]).toEqual([actual, true]);
  }

  /** Somebody else sets the value of before, `earlier`, on the container as it is. */
  async function alter(row: Row, earlier: object): Promise<void> {
    const drift = row.drift ?? (row.change === "in place" ? "update" : "anew");
    if (drift === "anew") return await makeAnew(nameNow(), earlier, row.argument === "hostname");
    const [path = ""] = row.arrives ?? [];
    const update = { [path.replace("HostConfig.", "")]: valueAt(earlier, path) };
    const [method, to, body] = drift === "update" ? (["POST", "/update", update] as const) : drift;
    const isNetwork = to.startsWith("/networks/");
    const answer = await engineApi(
      method,
      isNetwork ? to : `/containers/${nameNow()}${to}`,
      isNetwork ? { Container: nameNow() } : body,
    );
    expect([answer.status < 300, answer.text]).toEqual([true, answer.text]);
  }

  test("has a row, or a place elsewhere", () => {
    const shown = [...rowsOf(PREFIX, "", "").map(({ argument }) => argument), ...Object.keys(elsewhere)];
    expect([...new Set(shown)].sort()).toEqual(Object.keys(containerArguments).sort());
  });

  test.each(
    rowsOf(PREFIX, testImage, otherTestImage).map(({ argument, part = "" }, index) => ({
      argument,
      part,
      index,
    })),
  )(
    "$argument $part reaches the engine, stays silent, changes as documented, and its drift is healed",
    async ({ index }) => {
      const row = rowsOf(host.prefix, testImage, otherTestImage)[index] as Row;
      const without: Record<string, unknown> = { ...host.base, ...row.with };
      const args = { ...without, [row.argument]: row.value };
      await furnish(row);

      if (row.since !== undefined && !isAtLeast(apiVersion, row.since)) {
        await expect(up(args)).rejects.toThrow(`needs Docker API ${row.since}`);
        return;
      }
      const refusal = row.refused ?? row.mayRefuse;
      if (refusal) {
        const error = await up(args).then(() => undefined, String);
        if (error !== undefined) {
          expect(error).toMatch(refusal);
          return;
        }
      } else await up(args);

      await expectArrival(row);
      for (const spelling of [row.value, ...(row.same ?? [])]) {
        expect([spelling, await preview({ ...args, [row.argument]: spelling })]).toEqual([spelling, "same"]);
      }
      await expectSilence(args);

      if (row.other !== undefined) {
        const changed = { ...args, [row.argument]: row.other };
        const earlier = (await inspect(nameNow())) ?? {};
        expect(await effectOf(() => up(changed))).toBe(row.change);
        await expectSilence(changed);

        const isLeftOut = row.discarded?.test(String(host.stack.outputs("web")["warnings"] ?? ""));
        if (row.unseen === undefined && !isLeftOut) {
          await alter(row, earlier);
          await host.stack.refresh("web");
          expect(await preview(changed)).toBe("update");
          await up(changed);
          await expectSilence(changed);
        }
      }

      const { [row.argument]: _gone, ...rest } = args;
      if (row.argument in without) return;
      const argument: Argument = containerArguments[row.argument as keyof typeof containerArguments];
      const askedForNothing = canonical(argument, row.other ?? row.value) === null;
      expect(await effectOf(() => up(rest))).toBe(askedForNothing ? "in place" : (row.removal ?? row.change));
      await expectSilence(rest);
    },
    60_000,
  );
});
