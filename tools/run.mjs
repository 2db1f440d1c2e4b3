// `node tools/run.mjs NAME …`: one of the project's tools, on the project's own Node. From a bare clone it brings the npm packages first.
// Plain JavaScript, because it must run on whatever Node >= 20 the machine has, without any package.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { installPackages, packagesAreInstalled } from "./packages.mjs";

const TOOLS = {
  quickstart: "quickstart/main.mts",
  test: "test/main.mts",
  engines: "engines.mts",
  chaos: "chaos.mts",
  bench: "bench/main.mts",
  docs: "docs/main.mts",
  schema: "schema/main.mts",
  size: "package/size.mts",
  "check-package": "package/main.mts",
  archive: "package/archive.mts",
  sdks: "package/sdks.mts",
  ci: "ci.mts",
};

const OLDEST_NODE = 20;
const clone = dirname(dirname(fileURLToPath(import.meta.url)));
const ownNode = join(clone, "node_modules", "node", "bin", "node");
const [name = "", ...args] = process.argv.slice(2);

if (!Object.hasOwn(TOOLS, name)) {
  fail(`There is no tool ${JSON.stringify(name)}; there are: ${Object.keys(TOOLS).join(", ")}.`);
}
refuseOldNode();
if (!packagesAreInstalled(clone)) {
  if (name === "quickstart") await askForPackages();
  await installPackages(clone).catch((error) => fail(error.message));
}
if (!existsSync(ownNode)) {
  fail(
    "npm did not run the install script of the package `node`, so Node 24 is missing. Run: npm rebuild node --ignore-scripts=false",
  );
}
process.exitCode = await runToTheEnd(ownNode, [join(clone, "tools", TOOLS[name]), ...args]);

function refuseOldNode() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    fail(`This needs Node ${OLDEST_NODE} or newer, and ${process.execPath} is ${process.version}.`);
  }
}

/** The first of the quick start's two questions, because the rest of its plan can only be made with these packages. */
async function askForPackages() {
  if (!process.stdin.isTTY || args.includes("--yes")) return;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  console.log(
    "First come the npm packages of package-lock.json, into ./node_modules (about 470 MB). Nothing outside this folder is changed.",
  );
  const answer = await terminal.question("Go on? [Y/n] ");
  terminal.close();
  if (/^n/i.test(answer)) fail("Nothing was changed.");
}

/** The child gets Ctrl-C from the terminal itself and may need time to clean up, so this process only has to outlive it. */
function runToTheEnd(command, commandArgs) {
  const binaries = `${join(clone, "node_modules", ".bin")}:${process.env.PATH}`;
  const child = spawn(command, commandArgs, {
    stdio: "inherit",
    cwd: clone,
    env: { ...process.env, PATH: binaries },
  });
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve) => {
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
