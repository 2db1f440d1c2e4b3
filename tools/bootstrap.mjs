// From a bare clone to the project's own Node: plain JavaScript, because it must run on whatever Node >= 20 the machine has, without any package.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages, packagesAreInstalled } from "./packages.mjs";

const OLDEST_NODE = 20;
const clone = dirname(dirname(fileURLToPath(import.meta.url)));
const ownNode = join(clone, "node_modules", "node", "bin", "node");

/** Runs `tools/<program>` with this process's arguments on the Node that package.json pins, and ends with its exit code. */
export async function runOnOwnNode(program, { beforeInstall = async () => {} } = {}) {
  refuseOldNode();
  if (!packagesAreInstalled(clone)) {
    await beforeInstall();
    await installPackages(clone).catch((error) => fail(error.message));
  }
  if (!existsSync(ownNode)) {
    fail(
      "npm did not run the install script of the package `node`, so Node 24 is missing. Run: npm rebuild node --ignore-scripts=false",
    );
  }
  process.exitCode = await runToTheEnd(ownNode, [join(clone, "tools", program), ...process.argv.slice(2)]);
}

function refuseOldNode() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    fail(`This needs Node ${OLDEST_NODE} or newer, and ${process.execPath} is ${process.version}.`);
  }
}

/** The child gets Ctrl-C from the terminal itself and may need time to clean up, so this process only has to outlive it. */
function runToTheEnd(command, args) {
  const binaries = `${join(clone, "node_modules", ".bin")}:${process.env.PATH}`;
  const child = spawn(command, args, {
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

export function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
