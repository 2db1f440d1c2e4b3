import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** What the command reads. */
  readonly input?: string | Buffer | Readable;
  /** Give the command a terminal of its own. */
  readonly tty?: boolean;
}

/** The docker command line, talking to one engine. Use with `await using`. */
export interface DockerCli extends AsyncDisposable {
  (args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** What `docker` is to be run with, for commands that are more than one `docker`. */
  readonly env: NodeJS.ProcessEnv;
}

/** A docker command line for `unix://…`, or for the URL of a gateway with an API key. */
export async function dockerCli(host: string, apiKey?: string): Promise<DockerCli> {
  const config = await mkdtemp(join(tmpdir(), "docker-cli-"));
  const headers = apiKey && { HttpHeaders: { "X-API-Key": apiKey } };
  await writeFile(join(config, "config.json"), JSON.stringify({ ...headers }));
  const env = {
    ...process.env,
    DOCKER_HOST: host.replace(/^http:/, "tcp:"),
    DOCKER_CONFIG: config,
    DOCKER_BUILDKIT: "0",
  };
  const cli = (args: readonly string[], { input, tty }: CommandOptions = {}) =>
    tty
      ? run("script", ["-qec", `docker ${args.map(quoted).join(" ")}`, "/dev/null"], env, input)
      : run("docker", args, env, input);
  return Object.assign(cli, {
    env,
    [Symbol.asyncDispose]: () => rm(config, { recursive: true, force: true }),
  });
}

async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: CommandOptions["input"],
): Promise<CommandResult> {
  const child = spawn(command, args, { env, timeout: 60_000 });
  const code = new Promise<number | null>((resolve, reject) =>
    child.on("close", resolve).on("error", reject),
  );
  child.stdin.on("error", () => {});
  if (input === undefined || typeof input === "string" || Buffer.isBuffer(input)) child.stdin.end(input);
  else input.pipe(child.stdin);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

const quoted = (arg: string) => `'${arg.replaceAll("'", "'\\''")}'`;
