import { expect } from "@jest/globals";
import { inspect, namesLike } from "./engine-api";
import { descendants, ended, eventually } from "./processes";
import type { Site } from "./site";
import { must, type Stack } from "./stack";

/** What the program says is there: each container once, running, and it is the one that the state names. */
export async function expectConverged(stack: Stack, prefix: string, count: number): Promise<void> {
  const { resources, pending } = await stack.state();
  expect(pending).toEqual([]);
  const containers = resources.filter(({ type }) => type.endsWith(":Container"));
  expect(containers).toHaveLength(count);
  const names = containers.map(({ outputs }) => String(outputs?.["name"])).sort();
  expect(await namesLike(prefix)).toEqual(names);
  for (const { outputs } of containers) {
    expect(await inspect(String(outputs?.["name"]))).toMatchObject({
      Id: outputs?.["containerId"],
      State: { Running: true },
    });
  }
  expect(Object.keys(must(await stack.preview({ args: ["--refresh"] })).changes)).toEqual(["same"]);
}

/** Whether a command line is that of a provider's process, of either door. */
const isProvider = (command: string): boolean =>
  /^\S*node /.test(command) && /dynamic-provider|plugin\/bin\.js/.test(command);

/** The processes of the provider that a CLI has started. */
export const providersOf = async (cli: number) =>
  (await descendants(cli)).filter(({ command }) => isProvider(command));

/**
 * Runs an `up`, and kills its CLI as soon as something is the case.
 *
 * @returns how long the provider's process lived on, in milliseconds.
 */
export async function killWhen(
  { stack }: Site,
  condition: () => Promise<boolean>,
): Promise<number | undefined> {
  const { child, done } = await stack.start();
  let isOver = false;
  void done.then(() => {
    isOver = true;
  });
  await eventually(async () => isOver || (await condition()));
  const providers = await providersOf(child.pid ?? 0);
  const wasKilled = !isOver;
  child.kill("SIGKILL");
  const lived = await ended(providers, 5_000);
  await done;
  if (wasKilled) expect(providers.length).toBeGreaterThan(0);
  return lived;
}

/** What somebody does after a killed `up`. */
export async function recover({ stack }: Site): Promise<void> {
  await stack.run(["cancel", "--yes"]);
  must(await stack.refresh({ args: ["--clear-pending-creates"] }));
  must(await stack.up());
}

/** A container that takes two seconds to stop, so that there is time to be killed in. */
export const slow = (tag: string): string => `
new portainer.Container("web", {
  name: named("web"), image, command: ["sh", "-c", "trap '' TERM; while true; do sleep 1; done"],
  env: { TAG: "${tag}" }, stopTimeout: 2, restart: "unless-stopped",
});`;

export const tagOf = async (name: string): Promise<unknown> => (await inspect(name))?.Config["Env"]?.[0];
