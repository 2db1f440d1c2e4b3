// `npm run sdks`: generates the SDKs of the plugin for Python and Go from its schema. `npm run sdks -- FOLDER` puts them there; by
// default into ./sdks. `npm run sdks -- --check` also compiles them: that fetches and compiles what they need, once.

import { delimiter, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { run } from "../machine/command.mts";
import { cacheFolder, clone } from "../machine/folders.mts";
import { explain, say, step } from "../machine/progress.mts";
import { openWorkshop } from "../setup/go.mts";
import { ensurePulumi } from "../setup/pulumi/ensure.mts";
import { ensurePython, ensureSdkGenerators } from "../setup/pulumi/languages.mts";

const LANGUAGES = ["python", "go"];

try {
  const { values, positionals } = parseArgs({
    options: { check: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const target = resolve(positionals[0] ?? join(clone, "sdks"));
  const folders = [await ensureSdkGenerators(), await ensurePulumi(), process.env["PATH"]];
  const env = { ...process.env, PATH: folders.join(delimiter), PULUMI_SKIP_UPDATE_CHECK: "true" };
  const schema = join(clone, "plugin", "schema.json");
  for (const language of LANGUAGES) {
    const args = ["package", "gen-sdk", schema, "--language", language, "--out", target];
    await step(`SDK for ${language}`, () => run("pulumi", args, { env }));
    say(join(target, language));
  }
  if (values.check) {
    const [programs = ""] = await ensurePython();
    await step("Compiling the SDK for Python", () =>
      run(join(programs, "python3"), ["-m", "compileall", "-q", join(target, "python")]),
    );
    await (await openWorkshop(join(cacheFolder, "go-sdk"))).compile(join(target, "go"));
  }
} catch (error) {
  say(`\n${explain(error)}`);
  process.exitCode = 1;
}
