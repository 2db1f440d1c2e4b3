import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getuid, platform } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption, run, which } from "../machine/command.mts";
import { SetUpError, step } from "../machine/progress.mts";
import { freePort } from "../machine/reserve.mts";
import { canInstallPackages, installPackages } from "./debian.mts";

/** The folder with the programs of a PostgreSQL server: the machine's, else Debian's, installed. */
export async function ensurePostgres(): Promise<string> {
  const found = await findPostgres();
  if (found) return found;
  if (!(await canInstallPackages()))
    throw new SetUpError("No PostgreSQL server is installed: install it with your package manager.");
  await installPackages(["postgresql"], "a PostgreSQL server");
  const installed = await findPostgres();
  if (!installed) throw new SetUpError("Debian's package postgresql has left no server.");
  return installed;
}

const DEBIAN = "/usr/lib/postgresql";

/** Debian keeps them off PATH, in a folder for each version. */
async function findPostgres(): Promise<string | undefined> {
  const versions = await readdir(DEBIAN).catch(() => []);
  const folders = versions
    .sort((one, other) => other.localeCompare(one, undefined, { numeric: true }))
    .map((version) => join(DEBIAN, version, "bin"));
  const onPath = await which("postgres");
  return [...folders, ...(onPath ? [dirname(onPath)] : [])].find(
    (folder) => existsSync(join(folder, "postgres")) && existsSync(join(folder, "initdb")),
  );
}

interface PostgresServer extends AsyncDisposable {
  /** With the name and password of an administrator. */
  url: string;
}

const HOST = "127.0.0.1";
const FIRST_PORT = 54_320;
const READY_WITHIN = 30_000;
/** PostgreSQL does not run as root; Debian's package makes this user. */
const USER = "postgres";

/** Starts the PostgreSQL in the folder `programs`, on loopback, with its data in a temporary folder. It ends with this process. */
export function startPostgres(programs: string): Promise<PostgresServer> {
  return step(
    "PostgreSQL",
    async () => {
      await using stack = new AsyncDisposableStack();
      const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-postgres-"));
      stack.defer(() => rm(folder, { recursive: true, force: true }));
      const password = randomBytes(16).toString("hex");
      const passwordFile = join(folder, "password");
      await writeFile(passwordFile, password);
      if (isRoot) await run("chown", ["-R", USER, folder]);
      await initialize(programs, folder, passwordFile);
      const port = await freePort(FIRST_PORT);
      stack.use(await serve(programs, folder, port));
      await answering(programs, folder, port);
      const started = stack.move();
      return {
        url: `postgres://${USER}:${password}@${HOST}:${port}/postgres`,
        [Symbol.asyncDispose]: () => started.disposeAsync(),
      };
    },
    ({ url }) => new URL(url).host,
  );
}

const isRoot = getuid?.() === 0;
const asUser = isRoot ? [`--reuid=${USER}`, `--regid=${USER}`, "--clear-groups"] : [];
const underUs =
  platform === "linux" ? (["setpriv", "--pdeathsig=INT", ...asUser] as const) : (["env"] as const);
const [first, ...rest] = underUs;

async function initialize(programs: string, folder: string, passwordFile: string): Promise<void> {
  const account = [`--username=${USER}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  const place = [`--pgdata=${join(folder, "data")}`, "--encoding=UTF8", "--no-locale"];
  await run(first, [...rest, join(programs, "initdb"), ...place, ...account], { cwd: folder });
}

async function serve(programs: string, folder: string, port: number): Promise<AsyncDisposable> {
  const log = await open(join(folder, "log"), "a");
  const where = ["-D", join(folder, "data"), "-h", HOST, "-p", String(port), "-k", folder];
  const server = spawn(first, [...rest, join(programs, "postgres"), ...where], {
    cwd: folder,
    stdio: ["ignore", log.fd, log.fd],
  });
  await log.close();
  const ended = once(server, "exit");
  return {
    async [Symbol.asyncDispose]() {
      // It does not wait for clients to leave.
      server.kill("SIGINT");
      await ended;
    },
  };
}

async function answering(programs: string, folder: string, port: number): Promise<void> {
  const ready = ["-q", "-h", HOST, "-p", String(port)];
  for (const deadline = Date.now() + READY_WITHIN; Date.now() < deadline; ) {
    const isReady = await run(join(programs, "pg_isready"), ready).then(
      () => true,
      () => false,
    );
    if (isReady) return;
    await sleep(100, undefined, { signal: interruption });
  }
  const log = await readFile(join(folder, "log"), "utf8").catch(() => "");
  throw new SetUpError(`PostgreSQL did not start. Its last words:\n${log.trimEnd().slice(-2_000)}`);
}
