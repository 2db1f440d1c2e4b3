import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const TESTS = join(__dirname, "../..");

/** Bugs of other tools that concern containers, by their numbers in our list of them; a test's name says `§9.` and which. */
const CONTAINER_BUGS = {
  1: "silent with image defaults, whatever the argument",
  2: "silent on two networks, after a restart of the engine too",
  3: "silent on an engine with log options and ulimits of its own",
  4: "another container's namespace, and that one recreated",
  5: "an edited health check",
  6: "a limit that is taken away",
  7: "stopped by hand",
  8: "environment changed by hand",
  9: "a pull that fails inside a stream of status 200",
  10: "an image without a tag",
  11: "a name that is in use",
  12: "a lost answer of a creation",
  13: "a start that fails",
  14: "a replacement that fails",
  15: "stop time-out, deleting twice, a removal in progress",
  17: "a server that comes up late",
  18: "many resources, one login",
  29: "import without a change",
  30: "no secret in state and logs",
  31: "requests per operation",
  32: "a hundred containers",
  33: "an interruption in a long pull",
  34: "a proxy's page in place of an answer",
  35: "what Podman answers",
} as const;

const files = readdirSync(TESTS, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".test.ts"),
);
const numbers = new Set(
  files.flatMap((file) =>
    [...readFileSync(join(TESTS, file), "utf8").matchAll(/§9\.(\d+) /g)].map(([, number]) => number),
  ),
);

test.each(Object.entries(CONTAINER_BUGS))("there is a test of bug %s, %s", (number) => {
  expect(numbers).toContain(number);
});
