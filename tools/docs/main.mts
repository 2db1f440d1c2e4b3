// `npm run docs`: writes docs/reference from the schemas. With `--check` it writes nothing and names the pages that are stale.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { clone } from "../machine/folders.mts";
import { referencePages } from "./pages.mts";

const folder = join(clone, "docs", "reference");
const pages = await referencePages(clone);

if (process.argv.includes("--check")) {
  const stale: string[] = [];
  for (const [name, text] of pages) if ((await present(name)) !== text) stale.push(name);
  if (stale.length > 0) {
    console.log(`Stale in docs/reference: ${stale.join(", ")}. Run: npm run docs`);
    process.exitCode = 1;
  }
} else {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of pages) await writeFile(join(folder, name), text);
  console.log(`Wrote ${pages.size} pages to docs/reference`);
}

function present(name: string): Promise<string | undefined> {
  return readFile(join(folder, name), "utf8").catch(() => undefined);
}
