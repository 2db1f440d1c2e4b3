import { which } from "../../machine/command.mts";
import { say } from "../../machine/progress.mts";
import { messageOf, SetUpError } from "../../machine/set-up-error.mts";
import { ensureOnce } from "../once.mts";
import { findCompose, ownConfig } from "./find.mts";
import { buildCompose } from "./from-source.mts";

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
