import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clone, ownNode } from "../machine/folders.mts";
import { freePort } from "../machine/reserve.mts";

/** Waits until a URL answers, for at most ten seconds; not longer than the process lives that is to answer. */
async function waitForAnswer(url: string, process: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(5)) {
    if (process.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
  }
  throw new Error(`${url} does not answer`);
}

/** What the server is compared with, in front of an engine's socket. */
export interface Reference extends AsyncDisposable {
  url: string;
}

/**
 * nginx: what the gateway is measured against.
 *
 * @param files their contents, by name: served below `/files/`.
 */
export async function startNginx(
  socket: string,
  files: Readonly<Record<string, string>>,
): Promise<Reference> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-nginx-"));
  const port = await freePort(18600);
  await mkdir(join(folder, "files"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, "files", name), text);
  await writeFile(join(folder, "nginx.conf"), configuration(folder, port, socket));
  const process = spawn("nginx", ["-p", folder, "-c", "nginx.conf", "-g", "daemon off;"], {
    stdio: "ignore",
  });
  const url = `http://127.0.0.1:${port}`;
  await waitForAnswer(`${url}/files/${Object.keys(files)[0]}`, process);
  return {
    url,
    async [Symbol.asyncDispose]() {
      await ended(process);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A proxy of Node without rules or accounts: what any gateway in one Node process can reach. */
export async function startBareProxy(socket: string): Promise<Reference> {
  const port = await freePort(18700);
  const process = spawn(ownNode, [join(clone, "tools/bench/bare-proxy.mts"), socket, String(port)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  await waitForAnswer(`${url}/_ping`, process);
  return { url, [Symbol.asyncDispose]: () => ended(process) };
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null) return;
  const gone = new Promise((resolve) => process.once("exit", resolve));
  process.kill("SIGTERM");
  await gone;
}

const configuration = (folder: string, port: number, socket: string) => `
user root;
worker_processes auto;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  default_type application/json;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  client_max_body_size 0;
  upstream engine { server unix:${socket}; keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 1000000;
    location /files/ { root ${folder}; }
    location / {
      proxy_pass http://engine;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host engine;
      proxy_request_buffering off;
      proxy_max_temp_file_size 0;
    }
  }
}
`;

const PASSWORD = "a-password-for-the-bench";

/** The server in a process of its own, as `pulumi-portainer serve` starts it. */
export interface Portainer extends AsyncDisposable {
  url: string;
  headers: Record<string, string>;
  /** From its start to its first answer, in milliseconds. */
  startTime: number;
  /** Resident memory in bytes, now and at its highest. */
  memory(): Promise<{ now: number; highest: number }>;
  /** Has it look after an engine. */
  addEnvironment(name: string, engine: string): Promise<void>;
}

export async function startPortainer(engine: string): Promise<Portainer> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-bench-"));
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, PASSWORD);
  const url = `http://127.0.0.1:${await freePort(18500)}`;
  const flags = ["--bind", url.slice("http://".length), "--data", folder, "--host", engine];
  const since = performance.now();
  const process = spawn(
    ownNode,
    [
      join(clone, "dist/cli/bin.js"),
      "serve",
      ...flags,
      "--admin-password-file",
      passwordFile,
      "--log-level",
      "error",
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  await waitForAnswer(`${url}/api/status`, process);
  const startTime = performance.now() - since;
  const post = async (
    path: string,
    body: object | FormData,
    headers: Record<string, string>,
  ): Promise<unknown> => {
    const isForm = body instanceof FormData;
    const answer = await fetch(`${url}/api${path}`, {
      method: "POST",
      headers: { ...(!isForm && { "content-type": "application/json" }), ...headers },
      body: isForm ? body : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  const { jwt } = (await post("/auth", { Username: "admin", Password: PASSWORD }, {})) as { jwt: string };
  const owner = { authorization: `Bearer ${jwt}` };
  const { rawAPIKey } = (await post(
    "/users/1/tokens",
    { password: PASSWORD, description: "bench" },
    owner,
  )) as {
    rawAPIKey: string;
  };
  const headers = { "X-API-Key": rawAPIKey };
  return {
    url,
    headers,
    startTime,
    async addEnvironment(name, address) {
      const form = new FormData();
      for (const [key, value] of Object.entries({ Name: name, URL: address, EndpointCreationType: "1" }))
        form.append(key, value);
      await post("/endpoints", form, headers);
    },
    async memory() {
      const status = await readFile(`/proc/${process.pid}/status`, "utf8");
      const bytes = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
      return { now: bytes("VmRSS"), highest: bytes("VmHWM") };
    },
    async [Symbol.asyncDispose]() {
      await ended(process);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
