import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import ts from "typescript";
import * as sdk from "../../../sdk";

const ROOT = join(__dirname, "..", "..", "..");
let folder = "";

/** The compiled `sdk`, alone: whatever else it needed would be missing. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "import-"));
  mkdirSync(join(folder, "sdk"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const name of readdirSync(join(ROOT, "sdk"))) {
    const { outputText } = ts.transpileModule(readFileSync(join(ROOT, "sdk", name), "utf8"), {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.CommonJS },
    });
    writeFileSync(join(folder, "sdk", name.replace(/\.ts$/, ".js")), outputText);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program that imports the package has loaded besides what `@pulumi/pulumi` loads, and how long that took. */
function importInChild(): { loaded: string[]; names: string[]; milliseconds: number } {
  const program = `
    require("@pulumi/pulumi");
    const before = new Set(Object.keys(require.cache));
    const start = performance.now();
    const names = Object.keys(require("./sdk"));
    const milliseconds = performance.now() - start;
    const loaded = Object.keys(require.cache).filter((file) => !before.has(file));
    console.log(JSON.stringify({ loaded, names, milliseconds }));`;
  return JSON.parse(
    execFileSync(process.execPath, ["-e", program], { cwd: folder, encoding: "utf8" }),
  ) as ReturnType<typeof importInChild>;
}

test("a program that imports the package loads its declarations and nothing else", () => {
  const { loaded, names, milliseconds } = importInChild();
  process.stdout.write(`import of pulumi-portainer: ${milliseconds.toFixed(1)} ms, ${loaded.length} files\n`);

  expect(names.sort()).toEqual(Object.keys(sdk).sort());
  expect(loaded.filter((file) => !file.startsWith(join(folder, "sdk")))).toEqual([]);
});
