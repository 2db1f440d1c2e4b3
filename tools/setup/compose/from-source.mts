import { join } from "node:path";
import { type GoProgram, openWorkshop } from "../go/workshop.mts";

const MODULE = "github.com/docker/compose/v2";

/** The version is the one in `compose.go.mod`. */
const COMPOSE: GoProgram = {
  main: `${MODULE}/cmd`,
  goMod: join(import.meta.dirname, "compose.go.mod"),
  variables: { [`${MODULE}/internal.Version`]: "v2.29.7" },
};

/** Builds the plugin, and returns a Docker configuration folder that holds it. */
export async function buildCompose(folder: string): Promise<string> {
  const workshop = await openWorkshop(folder);
  const config = join(folder, "docker");
  await workshop.build(COMPOSE, join(config, "cli-plugins", "docker-compose"));
  return config;
}
