// `npm run sdks`: generates the SDKs of the plugin for Python and Go from its schema. `npm run sdks -- FOLDER` puts them there; by
// default into ./sdks.

import { delimiter, join, resolve } from "node:path";
import { run } from "../machine/command.mts";
import { clone } from "../machine/folders.mts";
import { explain, say, step } from "../machine/progress.mts";
import { ensurePulumi } from "../setup/pulumi/ensure.mts";
import { ensureSdkGenerators } from "../setup/pulumi/languages.mts";

const LANGUAGES = ["python", "go"];

try {
  const target = resolve(process.argv[2] ?? join(clone, "sdks"));
  const folders = [await ensureSdkGenerators(), await ensurePulumi(), process.env["PATH"]];
  const env = { ...process.env, PATH: folders.join(delimiter), PULUMI_SKIP_UPDATE_CHECK: "true" };
  const schema = join(clone, "plugin", "schema.json");
  for (const language of LANGUAGES) {
    const args = ["package", "gen-sdk", schema, "--language", language, "--out", target];
    await step(`SDK for ${language}`, () => run("pulumi", args, { env }));
    say(join(target, language));
  }
} catch (error) {
  say(`\n${explain(error)}`);
  process.exitCode = 1;
}
