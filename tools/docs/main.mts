// `npm run docs`: writes docs/reference from the schemas, and what the recordings verified for the server. With `--check`
// it writes nothing and names the files that are stale.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { clone } from "../machine/folders.mts";
import { loadDefinitions } from "./definitions.mts";
import { referencePages } from "./pages.mts";
import { conformancePage, RECORDED_FILE, readRecordings, recordedSource } from "./recordings.mts";

const definitions = await loadDefinitions(clone);
const recordings = await readRecordings(clone);
const pages = referencePages(clone, definitions).set(
  "conformance.md",
  conformancePage(recordings, definitions.decided),
);
const files = new Map([
  ...[...pages].map(([name, text]): [string, string] => [join("docs", "reference", name), text]),
  [RECORDED_FILE, await recordedSource(clone, recordings, definitions.contract)],
]);

if (process.argv.includes("--check")) {
  const stale: string[] = [];
  for (const [name, text] of files) if ((await present(name)) !== text) stale.push(name);
  if (stale.length > 0) {
    console.log(`Stale: ${stale.join(", ")}. Run: npm run docs`);
    process.exitCode = 1;
  }
} else {
  for (const [name, text] of files) {
    await mkdir(dirname(join(clone, name)), { recursive: true });
    await writeFile(join(clone, name), text);
  }
  console.log(`Wrote ${files.size} files`);
}

function present(name: string): Promise<string | undefined> {
  return readFile(join(clone, name), "utf8").catch(() => undefined);
}
