import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe } from "@jest/globals";
import { pluginLauncher } from "./resource-plugin";
import { type Program, type StackOptions, stackOrSkip } from "./stack";

const REPOSITORY = resolve(__dirname, "../..");
const execute = promisify(execFile);

/** `stackOrSkip` for programs in YAML. */
export const yamlOrSkip = () => languageOrSkip("YAML", "TEST_YAML");

/** `stackOrSkip` for programs in Python. */
export const pythonOrSkip = () => languageOrSkip("Python", "TEST_PYTHON");

function languageOrSkip(language: string, variable: string): ReturnType<typeof stackOrSkip> {
  if (process.env[variable]) return stackOrSkip();
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

/** What a stack is opened with, and removed after it. */
export interface Installed extends AsyncDisposable {
  readonly options: Pick<StackOptions, "path" | "env">;
  readonly folder: string;
}

/** The plugin of the build, where the CLI finds it: as `npm install --global` puts it on PATH. */
export async function installPlugin(): Promise<Installed> {
  const { folder, ...launcher } = await pluginLauncher();
  return { folder, options: { path: [folder] }, ...launcher };
}

/** The same with the SDK for Python, generated and installed for programs that run with these options. */
export async function installPythonSdk(): Promise<Installed> {
  const { folder, options, ...door } = await installPlugin();
  await generateSdk("python", folder);
  const packages = join(folder, "packages");
  await pipInstall(join(folder, "python"), packages);
  return { folder, options: { ...options, env: { PYTHONPATH: packages } }, ...door };
}

/** `pulumi package gen-sdk`; the SDK is in the folder of the language below `folder`. */
export async function generateSdk(language: "python" | "go", folder: string): Promise<void> {
  const { TEST_PULUMI = "", TEST_SDK_GENERATORS = "", PATH = "" } = process.env;
  const schema = join(REPOSITORY, "plugin", "schema.json");
  await execute(
    join(TEST_PULUMI, "pulumi"),
    ["package", "gen-sdk", schema, "--language", language, "--out", folder],
    {
      cwd: folder,
      env: {
        ...process.env,
        PATH: [TEST_SDK_GENERATORS, TEST_PULUMI, PATH].join(delimiter),
        PULUMI_HOME: join(folder, "home"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    },
  );
}

/** Without a network: what the SDK needs is in the Python of the tests. */
export async function pipInstall(sdk: string, target: string): Promise<void> {
  const [programs = ""] = (process.env["TEST_PYTHON"] ?? "").split(delimiter);
  const offline = ["--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check"];
  await execute(join(programs, "python3"), ["-m", "pip", "install", ...offline, "--target", target, sdk]);
}
