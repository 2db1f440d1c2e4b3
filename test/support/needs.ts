import { describe } from "@jest/globals";

const CI = "CI";
/** A real Docker engine's address, like `unix:///var/run/docker.sock`, set by `npm test`. */
const ENGINE = "TEST_ENGINE";
/** The program of a registry, `docker-registry`, set by `npm test`. */
const REGISTRY = "TEST_REGISTRY";
/** The root folder of the system whose engine a test may start, set by `npm test`. */
const OWN_ENGINE = "TEST_OWN_ENGINE";
const IMAGE = "TEST_IMAGE";
/** An engine of our own that is a swarm. */
const SWARM_ENGINE = "TEST_SWARM_ENGINE";
/** A Docker configuration folder with which `docker compose` works. */
const COMPOSE = "TEST_COMPOSE";
const OTHER_IMAGE = "TEST_OTHER_IMAGE";

/** `describe`, or its skipping form where no engine is at hand. In CI that is a failure. */
export function engineOrSkip(): typeof describe | typeof describe.skip {
  if (process.env[ENGINE]) return describe;
  if (process.env[CI]) throw new Error(`These tests need a Docker engine: set ${ENGINE}`);
  process.stderr.write(`Skipped: these tests need a Docker engine; set ${ENGINE} to its address\n`);
  return describe.skip;
}

/** The same for what needs a registry as well. */
export function registryOrSkip(): typeof describe | typeof describe.skip {
  if (process.env[REGISTRY]) return engineOrSkip();
  if (process.env[CI]) throw new Error(`These tests need a registry: set ${REGISTRY}`);
  process.stderr.write(`Skipped: these tests need a registry; set ${REGISTRY} to its program\n`);
  return describe.skip;
}

/** The same for what starts an engine of its own. */
export function ownEngineOrSkip(): typeof describe | typeof describe.skip {
  if (process.env[OWN_ENGINE]) return describe;
  if (process.env[CI])
    throw new Error(`These tests start a Docker engine: set ${OWN_ENGINE} to / where that may be done`);
  process.stderr.write(
    `Skipped: these tests start a Docker engine; set ${OWN_ENGINE} to / where that may be done\n`,
  );
  return describe.skip;
}

/** The same for what needs a swarm. */
export function swarmOrSkip(): typeof describe | typeof describe.skip {
  if (process.env[SWARM_ENGINE]) return describe;
  if (process.env[CI]) throw new Error(`These tests need a swarm: set ${SWARM_ENGINE}`);
  process.stderr.write(
    `Skipped: these tests need a swarm; set ${SWARM_ENGINE} to the address of its manager\n`,
  );
  return describe.skip;
}

/** The same for what needs Docker Compose as well, which the server then finds. */
export function composeOrSkip(): typeof describe | typeof describe.skip {
  const config = process.env[COMPOSE];
  if (config) {
    process.env["DOCKER_CONFIG"] = config;
    return engineOrSkip();
  }
  if (process.env[CI]) throw new Error(`These tests need Docker Compose: set ${COMPOSE}`);
  process.stderr.write(
    `Skipped: these tests need Docker Compose; set ${COMPOSE} to a Docker configuration folder with its plugin\n`,
  );
  return describe.skip;
}

/** The same for what needs both Docker Compose and a swarm. */
export function composeAndSwarmOrSkip(): typeof describe | typeof describe.skip {
  const withCompose = composeOrSkip();
  return withCompose === describe ? swarmOrSkip() : withCompose;
}

/** The engine's address. Read it inside tests only: it is empty where they are skipped. */
export const engineUrl = process.env[ENGINE] ?? "";
export const engineSocket = engineUrl.replace(/^unix:\/\//, "");
export const testImage = process.env[IMAGE] ?? "busybox:local";
export const swarmUrl = process.env[SWARM_ENGINE] ?? "";
export const composeConfig = process.env[COMPOSE];

const BROWSER = "TEST_BROWSER";

/** `describe`, or its skipping form where no Chromium is at hand. In CI that is a failure. */
export function browserOrSkip(): typeof describe | typeof describe.skip {
  if (process.env[BROWSER]) return describe;
  if (process.env[CI]) throw new Error(`These tests need a Chromium: set ${BROWSER}`);
  process.stderr.write(`Skipped: these tests need a Chromium; set ${BROWSER} to its path\n`);
  return describe.skip;
}

export const browserProgram = process.env[BROWSER] ?? "";
/** The same as another image. */
export const otherTestImage = process.env[OTHER_IMAGE] ?? "busybox:other";
