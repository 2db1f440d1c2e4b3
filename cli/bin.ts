#!/usr/bin/env node
// Nothing else is imported before the version is known to be good: an older Node would fail on it in its own words.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`pulumi-portainer needs Node 22.19 or later; this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  (require("./main") as typeof import("./main")).main(process.argv.slice(2));
}
