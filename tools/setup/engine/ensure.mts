import { step } from "../../machine/progress.mts";
import { SetUpError } from "../../machine/set-up-error.mts";
import { type Engine, findEngine } from "./find.mts";
import { installEnginePackages, whyNoPrivateEngine } from "./install.mts";
import type { PrivateEngine } from "./private-engine.mts";

/** The machine's engine, one at the URLs in `more`, or `own`, installed and started. */
export async function ensureEngine(own: PrivateEngine, more: readonly string[] = []): Promise<Engine> {
  const found = await step(
    "Docker engine",
    () => findEngine([...more, own.url]),
    ({ engine }) => (engine ? `${engine.version} at ${engine.url}` : "none answers"),
  );
  if (found.engine) return found.engine;
  await refuseIfImpossible(found.reasons);
  await installEnginePackages();
  // Debian's package starts the system's engine where there is an init system.
  return (await findEngine()).engine ?? (await own.start());
}

async function refuseIfImpossible(reasons: readonly string[]): Promise<void> {
  const obstacle = await whyNoPrivateEngine();
  if (obstacle)
    throw new SetUpError(
      [`a Docker engine: ${obstacle}. Looked at:`, ...reasons.map((reason) => `  ${reason}`)].join("\n"),
    );
  if (process.env["DOCKER_HOST"])
    throw new SetUpError(
      `DOCKER_HOST is set, and no engine is there. ${reasons.join("; ")}. Correct it or unset it`,
    );
}
