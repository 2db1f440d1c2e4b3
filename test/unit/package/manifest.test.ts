import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const ROOT = join(__dirname, "..", "..", "..");
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  exports: Record<string, string | Record<string, string>>;
  typesVersions: { "*": Record<string, string[]> };
  dependencies: Record<string, string>;
  engines: { node: string };
  bin: Record<string, string>;
};
const LAYERS = ["contract", "client", "provider", "compose", "sdk", "plugin", "server", "cli"];

test("each entry leads to a source", () => {
  const targets = Object.values(manifest.exports)
    .flatMap((target) => (typeof target === "string" ? [target] : Object.values(target)))
    .concat(Object.values(manifest.bin));

  const missing = targets.filter((target) => !existsSync(join(ROOT, sourceOf(target))));

  expect(missing).toEqual([]);
});

test("each entry has its types for the oldest resolution as well", () => {
  const subpaths = Object.keys(manifest.exports).filter(
    (entry) => entry.startsWith("./") && !entry.endsWith(".json"),
  );

  expect(Object.keys(manifest.typesVersions["*"]).sort()).toEqual(
    subpaths.map((entry) => entry.slice(2)).sort(),
  );
});

/** State names this entry: it never moves. */
test("the entry that state refers to is there", () => {
  expect(manifest.exports["./provider"]).toEqual({
    types: "./dist/provider/index.d.ts",
    default: "./dist/provider/index.js",
  });
});

test("every dependency is used", () => {
  const code = LAYERS.flatMap((layer) =>
    readdirSync(join(ROOT, layer), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(ROOT, layer, name), "utf8")),
  ).join("\n");

  const unused = Object.keys(manifest.dependencies).filter(
    (name) => !new RegExp(`["']${name}(?:/[^"']*)?["']`).test(code),
  );

  expect(unused).toEqual([]);
});

test("asks for the Node that its dependencies need", () => {
  const { engines } = JSON.parse(
    readFileSync(join(ROOT, "node_modules", "undici", "package.json"), "utf8"),
  ) as { engines: { node: string } };

  expect(engines.node).toBe(`${manifest.engines.node}.0`);
});

/** `./dist/sdk/index.d.ts` is compiled from `sdk/index.ts`. */
function sourceOf(target: string): string {
  return target.replace(/^\.\/dist\//, "").replace(/(?:\.d\.ts|\.js)$/, ".ts");
}
