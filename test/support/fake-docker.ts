import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** Notes what it was called with, and what it could see: its arguments, environment, and the stack's files. */
const PROGRAM = `#!/bin/sh
echo "args: $*" >> "$0.log"
env | sort >> "$0.log"
cat stack.env docker-compose.yml >> "$0.log" 2>/dev/null
case "$*" in
  *broken*up*) echo "service web: no such image" >&2; exit 1;;
  *config*) cat docker-compose.yml;;
esac
`;

/** A `docker` that comes first on PATH. Use with `await using`. */
export interface FakeDocker extends AsyncDisposable {
  /** All that it has noted. */
  log(): Promise<string>;
}

export async function installFakeDocker(): Promise<FakeDocker> {
  const { PATH = "" } = process.env;
  const folder = await mkdtemp(join(tmpdir(), "fake-docker-"));
  await writeFile(join(folder, "docker"), PROGRAM);
  await chmod(join(folder, "docker"), 0o755);
  process.env["PATH"] = `${folder}${delimiter}${PATH}`;
  return {
    log: () => readFile(join(folder, "docker.log"), "utf8").catch(() => ""),
    async [Symbol.asyncDispose]() {
      process.env["PATH"] = PATH;
      await rm(folder, { recursive: true });
    },
  };
}
