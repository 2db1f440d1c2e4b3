import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "./free-port";
import { PASSWORD } from "./host";
import { engineUrl } from "./needs";
import { eventually } from "./processes";

const BIN = resolve(__dirname, "../../dist/cli/bin.js");

/** `pulumi-portainer serve` as a process of its own, which a test can kill and start again on the same data. */
export interface Serving extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function serve(): Promise<Serving> {
  const data = await mkdtemp(join(tmpdir(), "served-"));
  const passwordFile = join(data, "password");
  await writeFile(passwordFile, PASSWORD);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const serving: Serving = {
    env: { PORTAINER_URL: url, PORTAINER_USERNAME: "admin", PORTAINER_PASSWORD: PASSWORD },
    async start() {
      const flags = ["--bind", `127.0.0.1:${port}`, "--data", join(data, "store"), "--host", engineUrl];
      child = spawn(process.execPath, [BIN, "serve", ...flags, "--admin-password-file", passwordFile], {
        stdio: "ignore",
      });
      await eventually(async () =>
        fetch(`${url}/api/status`).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
    },
    async kill() {
      const running = child;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const gone = new Promise((done) => running.once("exit", done));
      running.kill("SIGKILL");
      await gone;
    },
    async [Symbol.asyncDispose]() {
      await serving.kill();
      await rm(data, { recursive: true, force: true });
    },
  };
  await serving.start();
  return serving;
}
