import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { startServer } from "../../server";
import { freePort } from "../support/free-port";
import { makeDatabase } from "../support/postgres";
import { eventually } from "../support/processes";
import { startRoundRobin } from "../support/round-robin";

/** A server in its first moment: every conversation begins with one. */
export interface Fresh extends AsyncDisposable {
  readonly url: string;
}

/** Where fresh servers come from. `data` is an empty folder. */
export type Host = (data: string) => Promise<Fresh>;

/** This package's server, in this process. */
export const ownServer: Host = (data) => startServer({ data });

const BIN = resolve(__dirname, "../../dist/cli/bin.js");

/** Two processes of it with one database, asked in turns. */
export const replicas: Host = async (data) => {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await makeDatabase());
  const command = `env PORTAINER_STORE=${url} ${process.execPath} ${BIN} serve --bind 127.0.0.1:{port} --data {data} --log-level error`;
  const servers = await Promise.all([startedBy(command, data), startedBy(command, data)]);
  for (const server of servers) stack.use(server);
  const proxy = stack.use(await startRoundRobin(servers.map((server) => server.url)));
  const started = stack.move();
  return { url: proxy.url, [Symbol.asyncDispose]: () => started.disposeAsync() };
};

/** The server that is asked for in the environment, if one is: see `docs/reference/conformance.md`. */
export function chosenHost({ TWIN_URL, TWIN_RESET, TWIN_START } = process.env): Host | undefined {
  if (TWIN_START) return (data) => startedBy(TWIN_START, data);
  if (TWIN_URL) return () => runningAt(TWIN_URL, TWIN_RESET);
  return undefined;
}

const PATIENCE = 60_000;

/** A command that starts a server, with `{port}` and `{data}` where those belong. */
async function startedBy(command: string, data: string): Promise<Fresh> {
  const port = await freePort();
  const filled = command.replaceAll("{port}", String(port)).replaceAll("{data}", data);
  // Jest's tests have an environment of their own.
  const { env } = process;
  const child = spawn("/bin/sh", ["-c", `exec ${filled}`], { env, stdio: ["ignore", "ignore", "inherit"] });
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
