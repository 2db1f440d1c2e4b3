import { afterEach, expect, it } from "@jest/globals";
import { type ChaosProxy, startChaosProxy } from "../support/chaos-proxy";
import { type Installation, openInstallation, type World } from "../support/installation";
import type { Stack } from "../support/stack";
import { must, stackOrSkip } from "../support/stack";

/** `npm run test:chaos` runs many more. */
const SEEDS = (process.env["TEST_CHAOS_SEEDS"] ?? "1,2").split(",").map(Number);

/** How many runs may follow one through the chaos until all is as it should be. */
const FURTHER = 2;

const KINDS: Readonly<Record<string, readonly [type: string, property: string]>> = {
  tags: ["Tag", "name"],
  teams: ["Team", "name"],
  users: ["User", "username"],
  groups: ["EndpointGroup", "name"],
  environments: ["Endpoint", "name"],
  registries: ["Registry", "name"],
  containers: ["Container", "name"],
  volumes: ["Volume", "name"],
  networks: ["Network", "name"],
};

stackOrSkip()("the example installation, through a proxy that does mischief", () => {
  let proxy: ChaosProxy;
  let installation: Installation;

  afterEach(async () => {
    await installation[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  it.each(SEEDS)(
    "is whole after at most two further runs, and so is what was before (seed %d)",
    async (seed) => {
      installation = await openInstallation(async ({ url }) => {
        proxy = await startChaosProxy(url, seed);
        return proxy.url;
      });
      const { stack } = installation;
      const before = await installation.world();

      const ups = await untilDone(proxy, (args) => stack.up({ args }));
      expect((await stack.state()).pending).toEqual([]);
      expect(Object.keys(must(await stack.preview({ args: ["--refresh"] })).changes)).toEqual(["same"]);
      const { memberships = [], ...world } = await installation.world();
      expect(world).toEqual(await expected(stack, before));
      const { resources } = await stack.state();
      expect(memberships).toHaveLength(
        resources.filter(({ type }) => type.endsWith(":TeamMembership")).length,
      );

      const destroys = await untilDone(proxy, (args) => stack.destroy({ args }));
      expect((await stack.state()).resources).toEqual([]);
      expect(await installation.world()).toEqual(before);
      const counts = Object.entries(proxy.done).map(([mischief, count]) => `${count} ${mischief}`);
      process.stdout.write(`seed ${seed}: ${counts.join(", ")}; ${ups} up, ${destroys} destroy\n`);
    },
  );
});

/** Runs it through the chaos, then without until it succeeds. @returns how many runs it took. */
async function untilDone(
  proxy: ChaosProxy,
  run: (args: string[]) => ReturnType<Stack["up"]>,
): Promise<number> {
  proxy.rage();
  let result = await run(["--continue-on-error"]);
  proxy.calm();
  let runs = 1;
  while (result.code !== 0 && runs <= FURTHER) {
    result = await run([]);
    runs += 1;
  }
  must(result);
  return runs;
}

/** What is there by the state, and what was there before. */
async function expected(stack: Stack, before: World): Promise<World> {
  const { resources } = await stack.state();
  return Object.fromEntries(
    Object.entries(KINDS).map(([kind, [type, property]]) => {
      const ours = resources.filter((one) => one.type.endsWith(`:${type}`));
      return [
        kind,
        [...(before[kind] ?? []), ...ours.map(({ outputs }) => String(outputs?.[property]))].sort(),
      ];
    }),
  );
}
