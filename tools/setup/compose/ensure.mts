import { homedir } from "node:os";
import { join } from "node:path";
import { run, which } from "../../machine/command.mts";
import { cacheFolder } from "../../machine/folders.mts";
import { messageOf, SetUpError, say } from "../../machine/progress.mts";
import { type GoProgram, openWorkshop } from "../go.mts";
import { ensureOnce } from "../once.mts";

/** Where a plugin of our own goes when it is complete. */
const ownConfig = join(cacheFolder, "docker");

/** A Docker configuration folder with which `docker compose` works, or `undefined`. */
async function findCompose(): Promise<string | undefined> {
  const { DOCKER_CONFIG = join(homedir(), ".docker") } = process.env;
  for (const config of [DOCKER_CONFIG, ownConfig]) if (await answersVersion(config)) return config;
  return undefined;
}

async function answersVersion(config: string): Promise<boolean> {
  try {
    const version = await run("docker", ["compose", "version", "--short"], {
      env: { ...process.env, DOCKER_CONFIG: config },
    });
    return /^v?[2-9]/.test(version);
  } catch {
    return false;
  }
}

const MODULE = "github.com/docker/compose/v2";

/** The version is the one in `compose.go.mod`. */
const COMPOSE: GoProgram = {
  main: `${MODULE}/cmd`,
  goMod: join(import.meta.dirname, "compose.go.mod"),
  variables: { [`${MODULE}/internal.Version`]: "v2.29.7" },
};

/** Builds the plugin, and returns a Docker configuration folder that holds it. */
async function buildCompose(folder: string): Promise<string> {
  const workshop = await openWorkshop(folder);
  const config = join(folder, "docker");
  await workshop.build(COMPOSE, join(config, "cli-plugins", "docker-compose"));
  return config;
}

/** A Docker configuration folder with which `docker compose` works: the machine's, or one with a plugin built from source. */
export const ensureCompose = (): Promise<string> =>
  ensureOnce({
    title: "Docker Compose",
    name: "compose",
    folder: ownConfig,
    find: findCompose,
    make: build,
  });

async function build(workshop: string): Promise<string> {
  if (!(await which("docker")))
    throw new SetUpError("Docker Compose is a plugin of the docker CLI, which is missing: install it.");
  say("  It is built from its Go modules: that takes minutes and 1.5 GB of disk, once; 60 MB stay.");
  try {
    return await buildCompose(workshop);
  } catch (cause) {
    throw new SetUpError(`Docker Compose could not be built: install its plugin.\n${messageOf(cause)}`, {
      cause,
    });
  }
}
