// `npm run schema`: writes plugin/schema.json, the package schema of the plugin, from the definitions. With `--check` it
// writes nothing and says whether the file is stale.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadDefinitions } from "../docs/definitions.mts";
import { clone } from "../machine/folders.mts";
import { packageSchema } from "./package.mts";

const file = join(clone, "plugin", "schema.json");
const text = `${JSON.stringify(packageSchema(clone, await loadDefinitions(clone)), undefined, 2)}\n`;

if (process.argv.includes("--check")) {
  const present = await readFile(file, "utf8").catch(() => undefined);
  if (present !== text) {
    console.log("Stale: plugin/schema.json. Run: npm run schema");
    process.exitCode = 1;
  }
} else {
  await writeFile(file, text);
  console.log("Wrote plugin/schema.json");
}
