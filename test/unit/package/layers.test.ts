import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..", "..");

/** What each folder may load at run time: the folders below it, and packages. Types come from anywhere below. */
const LAYERS: Readonly<Record<string, { readonly folders: string[]; readonly packages: string[] }>> = {
  contract: { folders: [], packages: ["zod"] },
  client: { folders: ["contract"], packages: ["undici", "form-data"] },
  provider: { folders: ["client", "contract"], packages: ["zod", "tar-stream"] },
  compose: { folders: [], packages: ["yaml", "zod"] },
  sdk: { folders: [], packages: ["@pulumi/pulumi"] },
  plugin: { folders: ["provider", "contract"], packages: ["@pulumi/pulumi", "pulumi-portainer"] },
  server: {
    folders: ["contract"],
    packages: ["zod", "@node-rs/bcrypt", "fast-jwt", "find-my-way", "pg", "pino", "tar-stream", "ws"],
  },
  cli: { folders: ["server", "client", "provider", "contract", "compose"], packages: ["pulumi-portainer"] },
};
const LAYER_NAMES = Object.keys(LAYERS);

describe.each(LAYER_NAMES)("%s", (layer) => {
  test("loads only what stands below it", () => {
    const loads = filesOf(layer).flatMap((file) =>
      requiredBy(file).map((wanted) => ({ file: relative(ROOT, file), wanted: targetOf(file, wanted) })),
    );

    const { folders = [], packages = [] } = LAYERS[layer] ?? {};
    const strays = loads.filter(({ wanted }) => ![layer, ...folders, ...packages, "node"].includes(wanted));

    expect(strays).toEqual([]);
  });
});

describe("the linter", () => {
  let folder = "";
  let complaints: { path: string; category: string }[] = [];

  /** Of each layer a file that imports from each other one, by one run of the linter. */
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "layers-"));
    copyFileSync(join(ROOT, "biome.json"), join(folder, "biome.json"));
    for (const layer of LAYER_NAMES) {
      mkdirSync(join(folder, layer));
      for (const other of LAYER_NAMES) {
        const code = `import { one } from "../${other}/one";\n\nexport const two = one;\n`;
        writeFileSync(join(folder, layer, `from-${other}.ts`), code);
      }
    }
    writeFileSync(
      join(folder, "client", "round.ts"),
      'import { b } from "./about";\n\nexport const a = () => b;\n',
    );
    writeFileSync(
      join(folder, "client", "about.ts"),
      'import { a } from "./round";\n\nexport const b = () => a;\n',
    );
    complaints = lint(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ["contract", ["client", "provider", "compose", "sdk", "plugin", "server", "cli"]],
    ["client", ["provider", "compose", "sdk", "plugin", "server", "cli"]],
    ["provider", ["compose", "sdk", "plugin", "server", "cli"]],
    ["compose", ["client", "contract", "sdk", "plugin", "server", "cli"]],
    ["sdk", ["contract", "client", "plugin", "server", "cli"]],
    ["plugin", ["compose", "sdk", "server", "cli"]],
    ["server", ["client", "provider", "compose", "sdk", "plugin", "cli"]],
    ["cli", ["sdk", "plugin"]],
  ])("refuses in %s an import from %j, and no other", (layer, refused) => {
    const found = complaints
      .filter(
        ({ path, category }) => path.startsWith(`${layer}/from-`) && /noRestrictedImports/.test(category),
      )
      .map(({ path }) => path.replace(/^.*\/from-|\.ts$/g, ""));

    expect(found.sort()).toEqual([...refused].sort());
  });

  test("refuses a circle of imports", () => {
    const found = complaints.filter(({ category }) => /noImportCycles/.test(category));

    expect(found.map(({ path }) => path).sort()).toEqual(["client/about.ts", "client/round.ts"]);
  });
});

function lint(folder: string): { path: string; category: string }[] {
  const biome = join(ROOT, "node_modules", ".bin", "biome");
  const args = ["lint", "--vcs-enabled=false", "--max-diagnostics=none", "--reporter=json", "."];
  const report = outputOf(() =>
    execFileSync(biome, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  );
  const { diagnostics } = JSON.parse(report) as {
    diagnostics: { category: string; severity: string; location: { path: string } }[];
  };
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ category, location }) => ({ category, path: location.path }));
}

/** A linter that finds something ends with 1, and that is no failure here. */
function outputOf(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function filesOf(layer: string): string[] {
  return readdirSync(join(ROOT, layer), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(ROOT, layer, name));
}

/** What a module requires once it is compiled, when types are gone; not what a function of it loads when it is called. */
function requiredBy(file: string): string[] {
  const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.CommonJS, removeComments: true },
  });
  return [...outputText.matchAll(/^(.*)(?<![\w.`])require\("([^"]+)"\)(?!\.\$)/gm)]
    .filter(([, before = "", wanted = ""]) => !isLoadedOnDemand(layerOf(file), before, wanted))
    .map(([, , wanted = ""]) => wanted)
    .filter((wanted) => !isText(outputText, wanted));
}

/** The SDK loads what runs its functions, and what reads Compose files, at the first use: a program without does without. */
const ON_DEMAND: Readonly<Record<string, readonly string[]>> = {
  sdk: ["../provider/functions", "../compose"],
};

const isLoadedOnDemand = (layer: string, before: string, wanted: string): boolean =>
  /^\s/.test(before) && ON_DEMAND[layer]?.includes(wanted) === true;

const layerOf = (file: string): string => relative(ROOT, file).split("/")[0] ?? "";

/** The text that state refers to a provider by is only text here. */
function isText(code: string, wanted: string): boolean {
  return code.includes(`exports.handler=()=>require("${wanted}")`);
}

/** The folder or package that a module belongs to. */
function targetOf(file: string, wanted: string): string {
  if (wanted.startsWith("node:")) return "node";
  if (wanted.startsWith(".")) return relative(ROOT, resolve(dirname(file), wanted)).split("/")[0] ?? "";
  return wanted
    .split("/")
    .slice(0, wanted.startsWith("@") ? 2 : 1)
    .join("/");
}
