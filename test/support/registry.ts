import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hash } from "@node-rs/bcrypt";
import { engineApi } from "./engine-api";
import { freePort } from "./free-port";

/** A registry that the engine reaches, with nothing in it. Use with `await using`. */
export interface Registry extends AsyncDisposable {
  /** An image's name in it, `127.0.0.1:41234/app:1`. */
  name(image: string): string;
  /** Puts an image of the engine into it under that name, and takes the name away from the engine again. */
  push(image: string, name: string): Promise<void>;
  /** Ends the registry; what it had is gone. */
  stop(): Promise<void>;
}

/** Who may use a registry. */
export interface RegistryUser {
  readonly username: string;
  readonly password: string;
}

/**
 * Starts Debian's `docker-registry` on the loopback address, where the engine takes plain HTTP.
 *
 * @param user the only one that it lets in. @default everybody
 */
export async function startRegistry(user?: RegistryUser): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), "registry-"));
  const host = `127.0.0.1:${await freePort()}`;
  const config = join(folder, "config.yml");
  const settings = [
    "version: 0.1",
    "log: { level: error, accesslog: { disabled: true } }",
    `storage: { filesystem: { rootdirectory: ${folder} } }`,
    `http: { addr: "${host}" }`,
  ];
  if (user) {
    const htpasswd = join(folder, "htpasswd");
    await writeFile(htpasswd, `${user.username}:${await hash(user.password, { cost: 4 })}\n`);
    settings.push(`auth: { htpasswd: { realm: test, path: ${htpasswd} } }`);
  }
  await writeFile(config, `${settings.join("\n")}\n`);
  const child = spawn(process.env["TEST_REGISTRY"] ?? "docker-registry", ["serve", config], {
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await untilItAnswers(`http://${host}/v2/`);

  const stop = async () => {
    child.kill();
    await ended;
  };
  return {
    name: (image) => `${host}/${image}`,
    async push(image, name) {
      const split = name.lastIndexOf(":");
      const [repo, tag] = [name.slice(0, split), name.slice(split + 1)];
      await engineApi("POST", `/images/${image}/tag?repo=${repo}&tag=${tag}`);
      const auth = { "x-registry-auth": Buffer.from(JSON.stringify(user ?? {})).toString("base64") };
      const { text } = await engineApi("POST", `/images/${repo}/push?tag=${tag}`, undefined, auth);
      await engineApi("DELETE", `/images/${name}?noprune=1`);
      if (text.includes("errorDetail")) throw new Error(`pushing ${name}: ${text}`);
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilItAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (
      await fetch(url).then(
        ({ status }) => status < 500,
        () => false,
      )
    )
      return;
    await delay(100);
  }
  throw new Error(`no registry answers at ${url}`);
}
