import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { which } from "../../machine/command.mts";
import { canInstallPackages, installPackages } from "../../machine/debian.mts";
import { SetUpError } from "../../machine/set-up-error.mts";

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
