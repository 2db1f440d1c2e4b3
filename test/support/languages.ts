import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe } from "@jest/globals";
import { type Program, stackOrSkip } from "./stack";

/** `stackOrSkip` for programs in YAML. */
export const yamlOrSkip = () => languageOrSkip("YAML", "TEST_YAML");

/** `stackOrSkip` for programs in Python. */
export const pythonOrSkip = () => languageOrSkip("Python", "TEST_PYTHON");

function languageOrSkip(language: string, variable: string): typeof describe | typeof describe.skip {
  const choice = stackOrSkip();
  if (process.env[variable]) return choice;
  const need = `These tests need Pulumi for ${language}: set ${variable}`;
  if (process.env["CI"]) throw new Error(need);
  process.stderr.write(`Skipped: ${need}\n`);
  return describe.skip;
}

/** A program in YAML: everything below `runtime`. */
export async function yamlProgram(source: string): Promise<Program> {
  const text = (body: string) => `name: program\nruntime: yaml\n${body}`;
  return await written({ "Pulumi.yaml": text(source) }, "Pulumi.yaml", text);
}

export async function pythonProgram(source: string): Promise<Program> {
  const files = { "Pulumi.yaml": "name: program\nruntime: python\n", "__main__.py": source };
  return await written(files, "__main__.py", (text) => text);
}

async function written(
  files: Readonly<Record<string, string>>,
  main: string,
  textOf: (source: string) => string,
): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), "stack-program-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return {
    folder,
    project: "program",
    write: (source) => writeFile(join(folder, main), textOf(source)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
