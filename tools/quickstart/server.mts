import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Daemon, isDaemonRunning, lastLogLines, startDaemon, stopDaemon } from "../machine/daemon.mts";
import { clone, ownNode, quickstartFolder } from "../machine/folders.mts";
import { interruption } from "../machine/interruption.mts";
import { step } from "../machine/progress.mts";
import { SetUpError } from "../machine/set-up-error.mts";
import type { Settings } from "./settings.mts";

export interface Server {
  url: string;
  logFile: string;
}

const READY_WITHIN = 30_000;
const data = join(quickstartFolder, "server");
const daemon: Daemon = {
  pidFile: join(quickstartFolder, "server.pid"),
  logFile: join(quickstartFolder, "server.log"),
  mark: data,
};

/** The compatible server, running until `--destroy`. */
export function ensureServer({ serverPort }: Settings): Promise<Server> {
  const url = `http://127.0.0.1:${serverPort}`;
  return step(
    "Portainer-compatible server",
    async () => {
      if (await mustRestart(url)) await stopDaemon(daemon);
      if (!(await isDaemonRunning(daemon))) await start(serverPort);
      await answering(url);
      return { url, logFile: daemon.logFile };
    },
    () => url,
  );
}

export function stopServer(): Promise<void> {
  return step("Stopping the server", () => stopDaemon(daemon));
}

async function start(port: number): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const program = join(clone, "dist", "cli", "bin.js");
  await startDaemon(daemon, ownNode, [program, "serve", "--bind", `127.0.0.1:${port}`, "--data", data]);
}

/**
 * A server without an administrator refuses one five minutes after its start, as the real one does, so a set-up that was
 * interrupted goes on with a fresh start. And one that is older than the package would not show what was just built.
 */
async function mustRestart(url: string): Promise<boolean> {
  if (!(await isDaemonRunning(daemon))) return false;
  const isOutdated =
    (await changedAt(daemon.pidFile)) < (await changedAt(join(clone, "dist", ".tsbuildinfo")));
  return isOutdated || (await statusOf(`${url}/api/users/admin/check`)) === 404;
}

async function answering(url: string): Promise<void> {
  for (
    const deadline = Date.now() + READY_WITHIN;
    Date.now() < deadline;
    await sleep(100, undefined, { signal: interruption })
  ) {
    if ((await statusOf(`${url}/api/status`)) === 200) return;
    if (!(await isDaemonRunning(daemon))) break;
  }
  throw new SetUpError(
    `The server does not answer at ${url}. The last words in ${daemon.logFile}:\n${await lastLogLines(daemon)}`,
  );
}

async function statusOf(url: string): Promise<number | undefined> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status;
}

async function changedAt(file: string): Promise<number> {
  return (await stat(file)).mtimeMs;
}
