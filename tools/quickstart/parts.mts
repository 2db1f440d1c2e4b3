import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "../machine/command.mts";
import { clone, ownNode, quickstartFolder } from "../machine/folders.mts";
import { type Daemon, isDaemonRunning, lastLogLines, startDaemon, stopDaemon } from "../machine/process.mts";
import { SetUpError, step } from "../machine/progress.mts";
import { freePort } from "../machine/reserve.mts";
import type { Engine } from "../setup/engine/find.mts";
import { ensureEngine } from "../setup/engine/install.mts";
import { privateEngine } from "../setup/engine/private-engine.mts";

export const quickstartEngine = privateEngine(join(quickstartFolder, "engine"));

/** Once it has an engine of its own the quick start stays with it: that is where its containers are. */
export function ensureQuickstartEngine(): Promise<Engine> {
  return quickstartEngine.exists() ? quickstartEngine.start() : ensureEngine(quickstartEngine);
}

/** What the first run decides and every later one keeps. */
export interface Settings {
  serverPort: number;
  containerPort: number;
  /** Files with one secret each, readable by their owner only. */
  adminPasswordFile: string;
  passphraseFile: string;
}

const settingsFile = join(quickstartFolder, "settings.json");

export async function readSettings(): Promise<Settings> {
  try {
    return JSON.parse(await readFile(settingsFile, "utf8")) as Settings;
  } catch {
    return await firstSettings();
  }
}

async function firstSettings(): Promise<Settings> {
  await mkdir(quickstartFolder, { recursive: true, mode: 0o700 });
  const serverPort = await freePort(9000);
  const settings: Settings = {
    serverPort,
    containerPort: await freePort(8080, [serverPort]),
    adminPasswordFile: await secretFile("admin-password"),
    passphraseFile: await secretFile("passphrase"),
  };
  await writeFile(`${settingsFile}.unfinished`, JSON.stringify(settings));
  await rename(`${settingsFile}.unfinished`, settingsFile);
  return settings;
}

async function secretFile(name: string): Promise<string> {
  const file = join(quickstartFolder, name);
  await writeFile(file, randomBytes(18).toString("base64url"), { mode: 0o600 });
  return file;
}

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
