#!/usr/bin/env node
if (isNodeSupported()) (require("./main") as typeof import("./main")).main(process.argv.slice(2));

/** Checks the version of Node.js before anything else is loaded. */
function isNodeSupported(): boolean {
  try {
    require("../contract/supported-node");
    return true;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
    return false;
  }
}
