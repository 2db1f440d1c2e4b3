import { say } from "../../machine/progress.mts";
import { SetUpError } from "../../machine/set-up-error.mts";
import { type Engine, findEngine } from "./find.mts";
import { installEnginePackages, whyNoPrivateEngine } from "./install.mts";
import type { PrivateEngine } from "./private-engine.mts";

/** The machine's engine, one at the URLs in `more`, or `own`, installed and started. */
export async function ensureEngine(own: PrivateEngine, more: readonly string[] = []): Promise<Engine> {
  const { engine, reasons } = await findEngine([...more, own.url]);
  if (engine) {
    say(`✓ Docker engine: ${engine.version} at ${engine.url}`);
    return engine;
  }
  await refuseIfImpossible(reasons);
  await installEnginePackages();
  // Debian's package starts the system's engine where there is an init system.
  return (await findEngine()).engine ?? (await own.start());
}

async function refuseIfImpossible(reasons: readonly string[]): Promise<void> {
  const { DOCKER_HOST } = process.env;
  const tried = reasons.map((reason) => `\n  ${reason}`).join("");
  if (DOCKER_HOST)
    throw new SetUpError(
      `DOCKER_HOST names a Docker engine that does not answer: correct it, or unset it.${tried}`,
    );
  const obstacle = await whyNoPrivateEngine();
  if (obstacle) throw new SetUpError(`No Docker engine answers, and ${obstacle}. Tried:${tried}`);
}
