import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Daemon,
  isDaemonRunning,
  lastLogLines,
  startDaemon,
  stopDaemon,
} from "../../machine/daemon.mts";
import { shortNameOf } from "../../machine/folders.mts";
import { interruption } from "../../machine/interruption.mts";
import { step } from "../../machine/progress.mts";
import { SetUpError } from "../../machine/set-up-error.mts";
import { engineClient } from "./client.mts";
import { type Engine, engineAt } from "./find.mts";
import { removeLeftovers } from "./leftovers.mts";
import { networkArguments, removeBridge } from "./network.mts";
import { launchIn, pathIn } from "./other-root.mts";
import { explainStartFailure } from "./start-failure.mts";

const READY_WITHIN = 60_000;

export interface PrivateEngineOptions {
  /** The root folder of another system, whose engine it is to be instead of this machine's. */
  root?: string;
  /** Further arguments of `dockerd`. */
  args?: readonly string[];
  /** Variables that `dockerd` has beside those of this process. */
  env?: Readonly<Record<string, string>>;
}

/** A Docker engine that belongs to one folder: its data there, its sockets in /run, where paths are short enough. */
export function privateEngine(folder: string, { root, args: more = [], env }: PrivateEngineOptions = {}) {
  const name = `pp-${shortNameOf(folder)}`;
  const swarmBridge = `${name}-gw`;
  const runtime = join("/run", "pulumi-portainer", name);
  const data = join(folder, "data");
  const daemon: Daemon = {
    pidFile: join(runtime, "dockerd.pid"),
    logFile: join(folder, "dockerd.log"),
    mark: data,
  };
  const url = `unix://${join(runtime, "docker.sock")}`;
  const seen = (path: string) => pathIn(root, path);
  /** Found out once: after a restart it goes on in the network that it had. */
  let network: readonly string[] | undefined;
  const places = [
    `--data-root=${seen(data)}`,
    `--exec-root=${seen(runtime)}/exec`,
    `--pidfile=${seen(runtime)}/docker.pid`,
    `--host=unix://${seen(runtime)}/docker.sock`,
  ];

  const start = (): Promise<Engine> =>
    step(
      "Private Docker engine",
      async () => {
        if (!(await isDaemonRunning(daemon))) {
          network ??= await networkArguments(name);
          const { command, args } = launchIn(root, "dockerd", [...places, ...network, ...more]);
          await startDaemon(daemon, command, args, { ...process.env, ...env });
        }
        return answering(url, daemon);
      },
      ({ version }) => `${version} at ${url}`,
    );

  /** Ends it as a machine that is shut down does, and starts it again with what it has. */
  const restart = async (): Promise<Engine> => {
    await stopDaemon(daemon);
    return start();
  };

  /** Removes its containers, ends it and leaves nothing of it. */
  const remove = (): Promise<void> =>
    step("Stopping the private Docker engine", async () => {
      if (await isDaemonRunning(daemon)) await emptyEngine(url);
      await stopDaemon(daemon);
      await removeLeftovers([data, runtime]);
      await removeBridge(name);
      await removeBridge(swarmBridge);
      await rm(runtime, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    });

  return { url, swarmBridge, start, restart, remove, exists: () => existsSync(folder) };
}

export type PrivateEngine = ReturnType<typeof privateEngine>;

/** An engine that is told to end waits ten seconds for each container that does not react to SIGTERM. */
async function emptyEngine(url: string): Promise<void> {
  using client = engineClient(url);
  // A swarm would start its containers anew.
  await client.json("/swarm/leave?force=true", "POST").catch(() => {});
  const containers = await client.json<{ Id: string }[]>("/containers/json?all=true");
  await Promise.allSettled(
    containers.map(({ Id }) => client.json(`/containers/${Id}?force=true&v=true`, "DELETE")),
  );
}

async function answering(url: string, daemon: Daemon): Promise<Engine> {
  for (
    const deadline = Date.now() + READY_WITHIN;
    Date.now() < deadline;
    await sleep(200, undefined, { signal: interruption })
  ) {
    try {
      return await engineAt(url);
    } catch {
      if (!(await isDaemonRunning(daemon))) break;
    }
  }
  throw new SetUpError(explainStartFailure(await lastLogLines(daemon)));
}
