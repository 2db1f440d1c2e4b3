import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { clone, quickstartFolder } from "../machine/folders.mts";
import { say, step } from "../machine/progress.mts";
import type { Engine } from "../setup/engine/find.mts";
import { IMAGE } from "../setup/image/ensure.mts";
import { environmentOf, writeEnvironmentFile } from "./environment.mts";
import { pulumiIn } from "./pulumi.mts";
import type { Server } from "./server.mts";
import type { Settings } from "./settings.mts";

export const example = join(clone, "examples", "bootstrap");
export const stackName = "quickstart";
const backend = join(quickstartFolder, "pulumi");

export interface Parts {
  /** The folder of the CLI. */
  pulumi: string;
  engine: Engine;
  server: Server;
  settings: Settings;
}

/** The stack of the example program, configured for these parts, in a state folder of its own. */
export async function bootstrapStack({ pulumi: bin, engine, server, settings }: Parts) {
  await mkdir(backend, { recursive: true, mode: 0o700 });
  const environment = environmentOf({ bin, backend, engine, settings });
  const environmentFile = await writeEnvironmentFile(environment);
  const pulumi = pulumiIn({ folder: example, stack: stackName, backend, environment });

  const configure = () =>
    step("Pulumi stack", async () => {
      await pulumi.run(["stack", "select", "--create"]);
      const plain = {
        "portainer:url": server.url,
        "bootstrap:engine": engine.url,
        "bootstrap:image": IMAGE,
        "bootstrap:hostPort": String(settings.containerPort),
      };
      const pairs = Object.entries(plain).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
      await pulumi.run(["config", "set-all", ...pairs]);
      const password = await readFile(settings.adminPasswordFile, "utf8");
      await pulumi.run(["config", "set", "--secret", "bootstrap:password"], password);
    });

  const up = async () => {
    await configure();
    await pulumi.recover();
    say("\n$ pulumi up");
    const output = await pulumi.show(["up", "--yes", "--skip-preview"]);
    return { changed: /^\s+[+~-]+ ?\d+ (created|updated|replaced|deleted)/m.test(output) };
  };

  /** Without `--refresh` Pulumi compares the program with its own state only, and does not see what others changed. */
  const repair = async () => {
    say("\n$ pulumi up --refresh   (the container does not answer: something else has changed it)");
    await pulumi.show(["up", "--refresh", "--yes", "--skip-preview"]);
  };

  /** The proof that nothing is left to do; fails if Pulumi finds a change. */
  const upWithoutChange = async () => {
    say("\n$ pulumi up --expect-no-changes");
    await pulumi.show(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
  };

  const destroy = async () => {
    await configure();
    await pulumi.recover();
    say("\n$ pulumi destroy");
    await pulumi.show(["destroy", "--yes", "--skip-preview", "--remove"]);
  };

  return { environmentFile, up, repair, upWithoutChange, destroy };
}
