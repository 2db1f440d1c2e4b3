import { execFile } from "node:child_process";
import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import type { GitRecord } from "../../store/records";

const run = promisify(execFile);
const TIMEOUT = 5 * 60_000;

export type Repository = Omit<GitRecord, "ConfigHash" | "ConfigFilePath">;

/** Files of a repository at one commit. */
export interface Checkout {
  readonly commit: string;
  /** By path. */
  readonly files: ReadonlyMap<string, string>;
}

/** Reads files at the tip of a branch or tag, with this machine's `git`. */
export async function readRepository(repository: Repository, paths: readonly string[]): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-git-"));
  try {
    const reference = shortName(repository);
    const branch = reference === "" ? [] : ["--branch", reference];
    await git(repository, ["clone", "--quiet", "--depth", "1", ...branch, "--", repository.URL, folder]);
    const { stdout } = await git(repository, ["-C", folder, "rev-parse", "HEAD"]);
    const files = new Map<string, string>();
    for (const path of paths) files.set(path, await readInside(folder, path));
    return { commit: stdout.trim(), files };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The commit at the tip of the branch or tag, without reading any file. */
export async function latestCommit(repository: Repository): Promise<string> {
  const reference = shortName(repository);
  const wanted =
    reference === ""
      ? ["HEAD"]
      : [`refs/heads/${reference}`, `refs/tags/${reference}^{}`, `refs/tags/${reference}`];
  const { stdout } = await git(repository, ["ls-remote", "--", repository.URL, ...wanted]);
  const tips = new Map(
    stdout.split("\n").map((line) => line.split("\t").reverse() as [name: string, commit: string]),
  );
  const commit = wanted.map((name) => tips.get(name)).find(Boolean);
  if (!commit) throw new Error(`the repository has no branch or tag ${reference}`);
  return commit;
}

const shortName = ({ ReferenceName }: Repository): string =>
  ReferenceName.replace(/^refs\/(?:heads|tags)\//, "");

/** Credentials are passed in environment variables, because every user of the machine can read arguments. */
function git({ Authentication, TLSSkipVerify }: Repository, args: string[]) {
  const config: [string, string][] = [];
  if (TLSSkipVerify) config.push(["http.sslVerify", "false"]);
  if (Authentication) {
    const { Username, Password } = Authentication;
    const basic = Buffer.from(`${Username || "token"}:${Password}`).toString("base64");
    config.push(["http.extraHeader", `Authorization: Basic ${basic}`]);
  }
  const env: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "http:https:git:ssh",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_COUNT: String(config.length),
  };
  config.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return run("git", args, { env, timeout: TIMEOUT, maxBuffer: 16 * 1024 * 1024 }).catch(
    ({ stderr = "", message }: Error & { stderr?: string }) => {
      throw new Error(stderr.trim() || message);
    },
  );
}

/** Path and content are untrusted: neither the path nor a symbolic link may lead out of the checkout. */
async function readInside(folder: string, path: string): Promise<string> {
  const root = await realpath(folder);
  const file = await realpath(resolve(root, path));
  if (!file.startsWith(root + sep)) throw new Error(`${path} is not in the repository`);
  return readFile(file, "utf8");
}
