import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../machine/free-port.mts";
import { waitForAnswer } from "./wait.mts";

/** nginx in front of an engine's socket, and some files: what the gateway is measured against. */
export interface Nginx extends AsyncDisposable {
  url: string;
}

/** @param files their contents, by name: served below `/files/`. */
export async function startNginx(socket: string, files: Readonly<Record<string, string>>): Promise<Nginx> {
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

export async function ended(process: ChildProcess): Promise<void> {
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
