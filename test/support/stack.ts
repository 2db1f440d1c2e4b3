import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { describe, jest } from "@jest/globals";
import { type CliResult, type RunningCli, startCli } from "./cli";
import type { Door } from "./host";
import { composeOrSkip } from "./needs";

const REPOSITORY = resolve(__dirname, "../..");
/** The CLI takes seconds on an idle machine; a test runs it several times, on machines that are not. */
jest.setTimeout(900_000);

const PASSPHRASE = "a passphrase for tests";

/** `describe`, or its skipping form where the engine or the CLI is missing. In CI that is a failure. */
export function stackOrSkip(): typeof describe | typeof describe.skip {
  const missing = ["TEST_ENGINE", "TEST_PULUMI"].filter((name) => !process.env[name]);
  if (missing.length === 0) return describe;
  const need = `These tests need a Docker engine and the Pulumi CLI: set ${missing.join(" and ")}`;
  if (process.env["CI"]) throw new Error(need);
  process.stderr.write(`Skipped: ${need}\n`);
  return describe.skip;
}

/** The same for stacks that need Docker Compose as well. */
export const composeStackOrSkip = (): ReturnType<typeof stackOrSkip> =>
  composeOrSkip() === describe ? stackOrSkip() : describe.skip;

export const otherImage = process.env["TEST_OTHER_IMAGE"] ?? "pulumi-portainer/busybox:2";

/** A name that nobody else on this engine has. */
export const unique = (name: string): string => `${name}-${randomBytes(4).toString("hex")}`;

/** The Pulumi program that a stack runs. */
export interface Program {
  readonly folder: string;
  readonly project: string;
  /** Puts another program in its place. */
  write(source: string): Promise<void>;
  /** Removes the folder, where it was made for the test. */
  remove(): Promise<void>;
}

export interface StackOptions {
  /** Config of the stack: `portainer:url`, or a key of the program's own. */
  readonly config?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Set while the CLI runs. There are no `PORTAINER_…` besides. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders with further programs that the CLI finds. */
  readonly path?: readonly string[];
  /** @default one that no other stack has */
  readonly name?: string;
}

export interface RunOptions {
  /** Further arguments of the CLI. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Let it preview first. @default false */
  readonly preview?: boolean;
}

/** One stack in a backend of its own. Use with `await using`: that destroys what the program made. */
export interface Stack extends AsyncDisposable {
  readonly program: Program;
  up(options?: RunOptions): Promise<CliResult>;
  preview(options?: RunOptions): Promise<CliResult>;
  refresh(options?: RunOptions): Promise<CliResult>;
  destroy(options?: RunOptions): Promise<CliResult>;
  /** Any other command, such as `["cancel", "--yes"]`. */
  run(args: readonly string[], options?: RunOptions): Promise<CliResult>;
  /** Takes resources into the state as they are described, `{ resources: […] }`. */
  import(file: object): Promise<CliResult>;
  /** The state with its secrets in clear, as `importState` takes it. */
  exportState(): Promise<object>;
  /** Puts a state in the place of this one, as it is. */
  importState(state: object): Promise<CliResult>;
  /** An `up` that the test may kill. */
  start(options?: RunOptions): Promise<RunningCli>;
  setConfig(
    config: Readonly<Record<string, string>>,
    secrets?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** The state as it is stored. */
  state(): Promise<StoredState>;
  /** The file that the backend keeps, as text. */
  stateFile(): Promise<string>;
  outputs(): Promise<Record<string, unknown>>;
}

export interface StoredResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly delete?: boolean;
  readonly initErrors?: readonly string[];
}

export interface StoredState {
  readonly resources: readonly StoredResource[];
  readonly pending: readonly unknown[];
  /** A resource by its name in the program. */
  resource(name: string): StoredResource | undefined;
}

/** One of the examples, run where it is. */
export function example(name: string): Program {
  return {
    folder: join(REPOSITORY, "examples", name),
    project: name,
    write: () => Promise.reject(new Error("an example is not changed")),
    remove: () => Promise.resolve(),
  };
}

/**
 * A program of the test's own, in plain JavaScript: nothing has to be compiled. It finds the names `pulumi`,
 * `portainer`, `config` (its own), `image`, `otherImage`, `named` (for names on the engine) and `sleeper`, the
 * arguments of a container that does nothing and ends at once.
 *
 * @param door how its resources reach the provider. The plugin's classes are such as a generated SDK has.
 */
export async function program(source: string, door: Door = "dynamic provider"): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), "stack-program-"));
  const modules = join(folder, "node_modules");
  await mkdir(modules);
  await symlink(REPOSITORY, join(modules, "pulumi-portainer"));
  await symlink(join(REPOSITORY, "node_modules/@pulumi"), join(modules, "@pulumi"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "program", main: "index.js" }));
  await writeFile(join(folder, "tsconfig.json"), "{}");
  await writeFile(
    join(folder, "Pulumi.yaml"),
    "name: program\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  const write = (text: string): Promise<void> =>
    writeFile(
      join(folder, "index.js"),
      `"use strict";
const pulumi = require("@pulumi/pulumi");
const portainer = ${CLASSES[door]};
const config = new pulumi.Config();
const { TEST_IMAGE: image, TEST_OTHER_IMAGE: otherImage, TEST_PREFIX: prefix } = process.env;
const named = (name) => prefix + name;
const sleeper = { image, command: ["sleep", "1000"], stopSignal: "SIGKILL" };
${text}
`,
    );
  await write(source);
  return { folder, project: "program", write, remove: () => rm(folder, { recursive: true, force: true }) };
}

const CLASSES: Readonly<Record<Door, string>> = {
  "dynamic provider": `require("pulumi-portainer")`,
  plugin: `new Proxy({}, {
    get: (_classes, kind) => class extends pulumi.CustomResource {
      constructor(name, args, options) {
        const token = "portainer:index:" + kind;
        const { properties } = require("pulumi-portainer/plugin/schema.json").resources[token];
        const unset = Object.fromEntries(Object.keys(properties).map((key) => [key, undefined]));
        super(token, name, { ...unset, ...args }, options);
      }
    },
  })`,
};

/** Makes a stack for a program. Nothing of it is kept in the program's folder. */
export async function openStack(
  running: Program,
  { config = {}, secrets = {}, env = {}, path = [], name = unique("test") }: StackOptions = {},
): Promise<Stack> {
  const home = await mkdtemp(join(tmpdir(), "stack-"));
  const backend = join(home, "backend");
  const settings = join(home, "settings");
  await Promise.all([mkdir(backend), mkdir(settings)]);
  await cp(join(running.folder, "Pulumi.yaml"), join(settings, "Pulumi.yaml"));
  const binary = join(process.env["TEST_PULUMI"] ?? "", "pulumi");
  const configFile = join(settings, `Pulumi.${name}.yaml`);
  const children = new Set<ChildProcess>();
  let runs = 0;

  const begin = (
    args: readonly string[],
    { env: more = {}, args: further = [] }: RunOptions,
    cwd: string,
  ): RunningCli => {
    runs += 1;
    const eventLog = join(home, `events-${runs}.json`);
    const logged = cwd === running.folder ? ["--event-log", eventLog, "--config-file", configFile] : [];
    const started = startCli(binary, {
      args: [...args, "--stack", name, ...logged, "--non-interactive", "--color", "never", ...further],
      cwd,
      env: { ...environment(home, backend, path), ...env, ...more },
      eventLog,
    });
    children.add(started.child);
    return started;
  };
  const operation =
    (command: string) =>
    (options: RunOptions = {}): Promise<CliResult> =>
      begin(
        [command, ...(options.preview ? ["--yes"] : ["--yes", "--skip-preview"])],
        options,
        running.folder,
      ).done;
  const plainly = async (args: readonly string[], options: RunOptions = {}): Promise<CliResult> =>
    await begin(args, options, settings).done;

  const stack: Stack = {
    program: running,
    up: operation("up"),
    preview: (options = {}) => begin(["preview"], options, running.folder).done,
    refresh: operation("refresh"),
    destroy: operation("destroy"),
    run: plainly,
    async import(file) {
      const path = join(home, "import.json");
      await writeFile(path, JSON.stringify(file));
      const flags = ["--file", path, "--yes", "--skip-preview", "--generate-code=false", "--protect=false"];
      return await begin(["import", ...flags], {}, running.folder).done;
    },
    async exportState() {
      const path = join(home, "state.json");
      must(await plainly(["stack", "export", "--show-secrets", "--file", path]));
      return JSON.parse(await readFile(path, "utf8")) as object;
    },
    async importState(state) {
      const path = join(home, "state.json");
      await writeFile(path, JSON.stringify(state));
      return await plainly(["stack", "import", "--file", path]);
    },
    start: async (options = {}) => begin(["up", "--yes", "--skip-preview"], options, running.folder),

    async setConfig(values, hidden = {}) {
      const flags = [
        ...Object.entries(values).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]),
        ...Object.entries(hidden).flatMap(([key, value]) => ["--secret", `${key}=${value}`]),
      ];
      if (flags.length > 0) must(await plainly(["config", "set-all", ...flags]));
    },

    async stateFile() {
      return await readFile(join(backend, ".pulumi/stacks", running.project, `${name}.json`), "utf8");
    },
    async state() {
      const { checkpoint } = JSON.parse(await stack.stateFile()) as Checkpoint;
      const { resources = [], pending_operations: pending = [] } = checkpoint.latest ?? {};
      const resource = (wanted: string) => resources.find(({ urn }) => urn.endsWith(`::${wanted}`));
      return { resources, pending, resource };
    },
    async outputs() {
      const { resources } = await stack.state();
      return { ...resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs };
    },

    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill("SIGKILL"); // Those that a failed test has left.
      await rm(home, { recursive: true, force: true });
      await running.remove();
    },
  };
  must(await plainly(["stack", "init"]));
  await stack.setConfig(config, secrets);
  return stack;
}

interface Checkpoint {
  readonly checkpoint: {
    readonly latest?: {
      readonly resources?: readonly StoredResource[];
      readonly pending_operations?: readonly unknown[];
    };
  };
}

/** The result of a run that has to succeed. */
export function must(result: CliResult): CliResult {
  if (result.code === 0) return result;
  throw new Error(`the Pulumi CLI ended with ${result.code}:\n${result.output}`);
}

/** What the CLI runs with: its own home and backend, and nothing of who runs the tests. */
function environment(home: string, backend: string, path: readonly string[]): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([key]) => !/^(PORTAINER_|PULUMI_|NODE_OPTIONS|JEST_)/.test(key),
  );
  const { TEST_PULUMI, TEST_YAML, TEST_PYTHON, PATH } = process.env;
  const folders = [...path, TEST_PULUMI, TEST_YAML, TEST_PYTHON, dirname(process.execPath), PATH];
  return {
    ...Object.fromEntries(kept),
    PATH: folders.filter(Boolean).join(delimiter),
    PULUMI_HOME: join(home, "home"),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    PULUMI_DEBUG_COMMANDS: "true", // brings --event-log
    PULUMI_NODEJS_TRANSPILE_ONLY: "true", // types are checked by tsc, with all others
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
  };
}
