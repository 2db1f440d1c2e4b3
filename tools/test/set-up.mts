import { delimiter, join } from "node:path";
import { interruption } from "../machine/command.mts";
import { quickstartFolder } from "../machine/folders.mts";
import { SetUpError, say } from "../machine/progress.mts";
import { ensureBrowser } from "../setup/browser.mts";
import { ensureCompose } from "../setup/compose/ensure.mts";
import type { Engine } from "../setup/engine/find.mts";
import { ensureEngine, ensureOwnEngines } from "../setup/engine/install.mts";
import { privateEngine, reserveThrowawayEngine, startSwarmEngine } from "../setup/engine/private-engine.mts";
import { ensureImages, IMAGE, OTHER_IMAGE, tagImage } from "../setup/image.mts";
import { ensurePackage } from "../setup/package.mts";
import { ensurePostgres, startPostgres } from "../setup/postgres.mts";
import { ensurePulumi } from "../setup/pulumi/ensure.mts";
import { ensurePython, ensureSdkGenerators, ensureYaml } from "../setup/pulumi/languages.mts";
import { ensureRegistry } from "../setup/registry.mts";

type Part =
  | "build"
  | "engine"
  | "ownEngine"
  | "swarm"
  | "compose"
  | "postgres"
  | "registry"
  | "cli"
  | "yaml"
  | "python"
  | "sdkGenerators"
  | "browser";

/** The Jest projects, and what each needs beyond Node; what it `wants` only some of its tests need. */
export const suites = {
  unit: { needs: [], wants: [] },
  server: { needs: [], wants: [] },
  host: { needs: ["build"], wants: ["postgres"] },
  twin: { needs: ["build", "engine"], wants: ["swarm", "compose", "postgres"] },
  engine: { needs: ["build", "engine"], wants: ["registry", "ownEngine", "swarm", "compose"] },
  stack: {
    needs: ["build", "engine", "cli"],
    wants: ["registry", "ownEngine", "swarm", "compose", "yaml", "python", "sdkGenerators"],
  },
  browser: { needs: ["browser"], wants: [] },
} as const satisfies Record<string, { needs: readonly Part[]; wants: readonly Part[] }>;

export type Suite = keyof typeof suites;

export const allSuites = Object.keys(suites) as Suite[];

export function isSuite(name: string): name is Suite {
  return name in suites;
}

function isUsed(part: Part, chosen: readonly Suite[]): boolean {
  return chosen.some((suite) => ([...suites[suite].needs, ...suites[suite].wants] as Part[]).includes(part));
}

/** The name that the recorded conversations of `test/twin` know. */
const IMAGE_OF_RECORDINGS = "busybox:local";

interface Parts extends AsyncDisposable {
  environment: Record<string, string>;
  /** What this machine cannot have, and how to get it. */
  missing: Partial<Record<Part, string>>;
}

export async function setUp(chosen: readonly Suite[]): Promise<Parts> {
  await using stack = new AsyncDisposableStack();
  const environment: Record<string, string> = {};
  const missing: Partial<Record<Part, string>> = {};

  const provide = async (part: Part, work: () => Promise<Record<string, string>>) => {
    if (!isUsed(part, chosen)) return;
    try {
      Object.assign(environment, await work());
    } catch (error) {
      if (interruption.aborted || !(error instanceof SetUpError)) throw error;
      say(error.message);
      missing[part] = error.message.split("\n")[0] ?? "";
    }
  };

  await provide("build", async () => {
    await ensurePackage();
    return {};
  });
  await provide("engine", async () => {
    const own = stack.use(await reserveThrowawayEngine("test"));
    const engine = await ensureEngine(own.engine, [privateEngine(join(quickstartFolder, "engine")).url]);
    await provideImages(engine);
    return { TEST_ENGINE: engine.url, TEST_IMAGE: IMAGE, TEST_OTHER_IMAGE: OTHER_IMAGE };
  });
  await provide("ownEngine", async () => {
    await ensureOwnEngines();
    return { TEST_OWN_ENGINE: "/" };
  });
  if (!missing.engine) {
    await provide("swarm", async () => {
      const own = stack.use(await reserveThrowawayEngine("swarm"));
      const engine = await startSwarmEngine(own.engine);
      await provideImages(engine);
      return { TEST_SWARM_ENGINE: engine.url };
    });
    await provide("compose", async () => ({ TEST_COMPOSE: await ensureCompose() }));
    await provide("registry", async () => ({ TEST_REGISTRY: await ensureRegistry() }));
    await provide("cli", async () => ({ TEST_PULUMI: await ensurePulumi() }));
    await provide("yaml", async () => ({ TEST_YAML: await ensureYaml() }));
    await provide("python", async () => ({ TEST_PYTHON: (await ensurePython()).join(delimiter) }));
    await provide("sdkGenerators", async () => ({ TEST_SDK_GENERATORS: await ensureSdkGenerators() }));
  }
  await provide("postgres", async () => {
    const server = stack.use(await startPostgres(await ensurePostgres()));
    return { TEST_POSTGRES: server.url };
  });
  await provide("browser", async () => ({ TEST_BROWSER: await ensureBrowser() }));

  const started = stack.move();
  return { environment, missing, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function provideImages(engine: Engine): Promise<void> {
  await ensureImages(engine);
  await tagImage(engine, IMAGE, IMAGE_OF_RECORDINGS);
}
