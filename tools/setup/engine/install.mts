import { getuid } from "node:process";
import { which } from "../../machine/command.mts";
import { SetUpError, say } from "../../machine/progress.mts";
import { installPackages } from "../debian.mts";
import { type Engine, findEngine } from "./find.mts";
import type { PrivateEngine } from "./private-engine.mts";

/** Debian's packages for the programs that a private engine needs and this machine lacks. */
export async function missingEnginePackages(): Promise<string[]> {
  const packageOf = { dockerd: "docker.io", iptables: "iptables", ip: "iproute2" };
  const missing = await Promise.all(
    Object.entries(packageOf).map(async ([program, name]) => ((await which(program)) ? [] : [name])),
  );
  return missing.flat();
}

/** Why no engine can be installed or started here, or `undefined` if it can. */
export async function whyNoPrivateEngine(): Promise<string | undefined> {
  if (process.platform !== "linux")
    return "on this system Docker comes as Docker Desktop, colima or the like: start it";
  if (getuid?.() !== 0)
    return "an engine of our own needs root: start Docker, or run this as root, or set DOCKER_HOST";
  if ((await missingEnginePackages()).length > 0 && !(await which("apt-get"))) {
    return "dockerd is not installed and this is not a Debian-like system: install Docker with your package manager";
  }
  return undefined;
}

export async function installEnginePackages(): Promise<void> {
  await installPackages(await missingEnginePackages(), "a Docker engine");
}

/** Sees to it that engines of our own can be started here. */
export async function ensureOwnEngines(): Promise<void> {
  const obstacle = await whyNoPrivateEngine();
  if (obstacle) throw new SetUpError(`These tests start engines of their own, and ${obstacle}`);
  await installEnginePackages();
}

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
