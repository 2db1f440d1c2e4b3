import { join } from "node:path";
import * as jestGlobals from "@jest/globals";
import { describe, jest, test } from "@jest/globals";
import ts from "typescript";
import { allPages, programsOf, ROOT } from "./pages";

/** Programs that need nothing but this package, so that they run here as they stand on their page. */
const programs = allPages()
  .flatMap(programsOf)
  .filter(({ code }) => isTests(code) || importsOf(code).includes("pulumi-portainer/server"))
  .filter(({ code }) =>
    importsOf(code).every((name) => /^(?:pulumi-portainer|@jest\/globals|@pulumi\/pulumi)/.test(name)),
  );

jest.setTimeout(60_000);

for (const { name, code } of programs) {
  describe(name, () => {
    if (isTests(code)) void run(code);
    else test("runs", () => run(code));
  });
}

/** The tests of a page become tests here; another program runs to its end. */
async function run(code: string): Promise<void> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.CommonJS },
  });
  const program = new Function(
    "require",
    "exports",
    "console",
    `return (${isTests(code) ? "" : "async "}() => {${outputText}\n})()`,
  );
  await program(load, {}, { log: () => undefined });
}

function load(name: string): unknown {
  if (name === "@jest/globals") return jestGlobals;
  if (!name.startsWith("pulumi-portainer")) return require(name);
  return require(join(ROOT, name === "pulumi-portainer" ? "sdk" : name.replace("pulumi-portainer/", "")));
}

function isTests(code: string): boolean {
  return importsOf(code).includes("@jest/globals");
}

function importsOf(code: string): string[] {
  return [...code.matchAll(/^import .*from "([^"]+)";$/gm)].map(([, name = ""]) => name);
}
