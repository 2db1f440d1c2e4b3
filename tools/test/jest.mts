import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { show } from "../machine/command.mts";
import { clone, ownNode } from "../machine/folders.mts";
import type { Suite } from "./suites.mts";
import { type JestReport, type Tally, tallyOf } from "./tally.mts";

export async function runJest(
  suites: readonly Suite[],
  args: readonly string[],
  parts: Record<string, string>,
): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-jest-"));
  const report = join(folder, "report.json");
  const jest = join(clone, "node_modules", "jest", "bin", "jest.js");
  try {
    const chosen = ["--config", "jest.config.js", "--selectProjects", ...suites];
    const exitCode = await show(ownNode, [jest, ...chosen, "--json", "--outputFile", report, ...args], {
      cwd: clone,
      env: { ...process.env, ...parts },
    });
    return tallyOf(exitCode, await readReport(report));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readReport(file: string): Promise<JestReport | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as JestReport);
}
