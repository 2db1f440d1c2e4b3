import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Certificates } from "./certificates";

const run = promisify(execFile);

/** A git repository served over HTTP by git itself (`git http-backend`). Use with `await using`. */
export interface GitServer extends AsyncDisposable {
  readonly url: string;
  /** Commits files, by path; a value of `{ link }` is a symbolic link. Returns the commit. */
  commit(files: Readonly<Record<string, string | { link: string }>>, branch?: string): Promise<string>;
  tag(name: string): Promise<void>;
  /** The services that clients have asked for, oldest first. */
  readonly asked: readonly string[];
}

export interface GitServerOptions {
  readonly certificates?: Certificates;
  /** Nobody is let in without it. */
  readonly login?: { readonly username: string; readonly password: string };
}

export async function startGitServer({ certificates, login }: GitServerOptions = {}): Promise<GitServer> {
  const folder = await mkdtemp(join(tmpdir(), "git-server-"));
  const work = join(folder, "work");
  const asked: string[] = [];
  const git = (...args: string[]) =>
    run("git", ["-C", work, "-c", "user.name=test", "-c", "user.email=test@example.com", ...args]);
  await mkdir(work);
  await git("init", "--quiet", "--initial-branch=main");
  await run("git", ["init", "--quiet", "--bare", "--initial-branch=main", join(folder, "stack.git")]);

  const expected = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    if (expected && request.headers.authorization !== expected) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
      return;
    }
    const { pathname, search } = new URL(request.url ?? "", "http://git");
    asked.push(`${request.method} ${pathname}${search}`);
    answerByCgi(folder, pathname, search.slice(1), request, response);
  };
  const server = certificates ? createTlsServer(certificates.server, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificates ? "https" : "http"}://127.0.0.1:${port}/stack.git`,
    asked,
    async commit(files, branch = "main") {
      await git("checkout", "--quiet", "-B", branch);
      for (const [path, content] of Object.entries(files)) {
        const file = join(work, path);
        await mkdir(dirname(file), { recursive: true });
        await rm(file, { force: true });
        if (typeof content === "string") await writeFile(file, content);
        else await symlink(content.link, file);
      }
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", "--message", "change");
      await git("push", "--quiet", join(folder, "stack.git"), `HEAD:refs/heads/${branch}`);
      return (await git("rev-parse", "HEAD")).stdout.trim();
    },
    async tag(name) {
      await git("tag", "--annotate", "--message", name, name);
      await git("push", "--quiet", join(folder, "stack.git"), name);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function answerByCgi(
  root: string,
  path: string,
  query: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"],
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
      HTTP_GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  request.pipe(child.stdin);
  let head = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    child.stdout.off("data", onData);
    const headers = head
      .toString("latin1", 0, end)
      .split("\r\n")
      .map((line) => line.split(": ") as [string, string]);
    const status = headers.find(([name]) => name === "Status")?.[1];
    response.writeHead(Number.parseInt(status ?? "200", 10), Object.fromEntries(headers));
    response.write(head.subarray(end + 4));
    child.stdout.pipe(response);
  };
  child.stdout.on("data", onData);
}
