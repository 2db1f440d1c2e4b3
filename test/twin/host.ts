import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { startServer } from "../../server";
import { freePort } from "../support/free-port";
import { eventually } from "../support/processes";

/** A server in its first moment: every conversation begins with one. */
export interface Fresh extends AsyncDisposable {
  readonly url: string;
}

/** Where fresh servers come from. `data` is an empty folder. */
export type Host = (data: string) => Promise<Fresh>;

/** This package's server, in this process. */
export const ownServer: Host = (data) => startServer({ data });

/** The server that is asked for in the environment, see `docs/reference/conformance.md`; the package's own unless there is one. */
export function chosenHost({ TWIN_URL, TWIN_RESET, TWIN_START }: NodeJS.ProcessEnv = process.env): Host {
  if (TWIN_START) return (data) => startedBy(TWIN_START, data);
  if (TWIN_URL) return () => runningAt(TWIN_URL, TWIN_RESET);
  return ownServer;
}

const PATIENCE = 60_000;

/** A command that starts a server, with `{port}` and `{data}` where those belong. */
async function startedBy(command: string, data: string): Promise<Fresh> {
  const port = await freePort();
  const filled = command.replaceAll("{port}", String(port)).replaceAll("{data}", data);
  const child = spawn("/bin/sh", ["-c", `exec ${filled}`], { stdio: ["ignore", "ignore", "inherit"] });
  const url = `http://127.0.0.1:${port}`;
  await answering(url);
  return {
    url,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, "exit");
    },
  };
}

/** A server that runs already, after a command that makes it as new. */
async function runningAt(url: string, reset: string | undefined): Promise<Fresh> {
  if (reset) await promisify(execFile)("/bin/sh", ["-c", reset]);
  await answering(url);
  const answer = await fetch(new URL("/api/users/admin/check", url));
  if (answer.status !== 404)
    throw new Error(
      `${url} has an administrator already, and every conversation begins with a fresh server. ` +
        "Say in TWIN_RESET how to make it one, or in TWIN_START how to start one.",
    );
  return { url, [Symbol.asyncDispose]: async () => {} };
}

const answering = (url: string): Promise<void> =>
  eventually(
    () =>
      fetch(new URL("/api/status", url)).then(
        ({ ok }) => ok,
        () => false,
      ),
    PATIENCE,
  );
