import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..", "..");

function compiled(file: string): string {
  return ts.transpileModule(readFileSync(join(ROOT, file), "utf8"), {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.CommonJS, removeComments: true },
  }).outputText;
}

function loadedOn(node: string): void {
  const load = new Function("process", "exports", compiled("contract/supported-node.ts"));
  load({ versions: { node } }, {});
}

test.each(["18.20.8", "20.20.2", "22.0.0", "22.18.0"])("Node %s gets one sentence", (version) => {
  expect(() => loadedOn(version)).toThrow(`pulumi-portainer needs Node 22.19 or later; this is ${version}.`);
});

test.each(["22.19.0", "22.20.1", "24.21.0", "26.0.0"])("Node %s is new enough", (version) => {
  expect(() => loadedOn(version)).not.toThrow();
});

test.each(["client/index.ts", "server/index.ts"])("%s asks before it loads anything", (file) => {
  const [first] = compiled(file).matchAll(/require\("([^"]+)"\)/g);

  expect(first?.[1]).toBe("../contract/supported-node");
});
