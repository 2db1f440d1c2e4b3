import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "../../machine/command.mts";
import { cacheFolder } from "../../machine/folders.mts";

/** Where a plugin of our own goes when it is complete. */
export const ownConfig = join(cacheFolder, "docker");

/** A Docker configuration folder with which `docker compose` works, or `undefined`. */
export async function findCompose(): Promise<string | undefined> {
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
