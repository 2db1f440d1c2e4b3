import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { clone, quickstartFolder } from "../machine/folders.mts";
import type { Engine } from "../setup/engine/find.mts";
import type { Settings } from "./settings.mts";

interface Parts {
  bin: string;
  backend: string;
  engine: Engine;
  settings: Settings;
}

/** What the CLI needs to find this stack, this package's Node and this engine, and nothing of the user's own Pulumi. */
export function environmentOf({ bin, backend, engine, settings }: Parts): Record<string, string> {
  const { PATH = "" } = process.env;
  return {
    PATH: [join(clone, "node_modules", ".bin"), bin, PATH].join(delimiter),
    PULUMI_HOME: join(quickstartFolder, "pulumi-home"),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: settings.passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    DOCKER_HOST: engine.url,
  };
}

/** The same for a person's shell: `. file`, then `pulumi` and `docker` as usual. */
export async function writeEnvironmentFile(environment: Record<string, string>): Promise<string> {
  const file = join(quickstartFolder, "env");
  const lines = Object.entries(environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  );
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}
