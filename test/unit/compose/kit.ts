import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Project, type ProjectOptions, readProject } from "../../../compose";

/** A folder with these files, for one test. */
export function folderWith(files: Readonly<Record<string, string>>): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "compose-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A project of one text. */
export const read = (text: string, options: Partial<ProjectOptions> = {}): Project =>
  readProject({ files: [{ name: "compose.yaml", text }], otherwise: "shop", ...options });

/** The service `web` of a project with these lines in it. */
export const web = (lines: string, options?: Partial<ProjectOptions>) =>
  read(`services:\n  web:\n    image: nginx\n${lines.replace(/^/gm, "    ")}`, options).model.services["web"];

/** The message of what is thrown. */
export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}
