import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clone, ownNode } from "../../machine/folders.mts";
import { freePort } from "../../machine/free-port.mts";
import { ended } from "./nginx.mts";
import { waitForAnswer } from "./wait.mts";

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
