import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { call, type Properties, struct } from "./grpc";

const REPOSITORY = resolve(__dirname, "../..");

/** One thing that `check` finds wrong. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What `diff` says. */
export interface Difference {
  readonly changes: boolean;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

export interface PluginOptions {
  /** The keys of stack config or of a Provider, `portainer:url`. */
  readonly config?: Properties;
  /** Set beside the variables of this process, whose `PORTAINER_*` are left out. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the Pulumi engine would be. @default nowhere */
  readonly engine?: string;
}

/** Pulumi's process for dynamic providers, as the engine starts it, without the engine. Use with `await using`. */
export interface Plugin extends AsyncDisposable {
  check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: CheckFailure[] }>;
  /** Dynamic providers are not told the old inputs, here and below. */
  diff(id: string, olds: Properties, news: Properties, oldInputs?: Properties): Promise<Difference>;
  create(inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  read(
    id: string,
    state: Properties,
    inputs?: Properties,
  ): Promise<{ id: string; outputs: Properties; inputs: Properties }>;
  update(id: string, olds: Properties, news: Properties, oldInputs?: Properties): Promise<Properties>;
  delete(id: string, state: Properties): Promise<void>;
  /** What the process wrote to its standard error. */
  readonly errors: string;
  readonly process: ChildProcess;
  /** The exit code, once it has ended. */
  readonly exited: Promise<number | null>;
}

/** The text in a resource's state that makes this package its provider. */
export const literal = (type: string) => `exports.handler=()=>require("pulumi-portainer/provider").${type};`;

/** Starts the process in a folder that has this repository, as it was built, as its package. */
export async function startPlugin({ config = {}, env = {}, engine }: PluginOptions = {}): Promise<Plugin> {
  const folder = await mkdtemp(join(tmpdir(), "portainer-host-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(REPOSITORY, join(folder, "node_modules", "pulumi-portainer"), "dir");
  const process = spawnPlugin(folder, engine ?? "127.0.0.1:1", env);
  const exited = new Promise<number | null>((done) => process.once("exit", (code) => done(code)));
  let errors = "";
  process.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const port = await firstLine(process);
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  await call(client, "configure", new messages.ConfigureRequest().setArgs(struct(config)));

  return {
    process,
    exited,
    get errors() {
      return errors;
    },

    async check(olds, news) {
      const request = new messages.CheckRequest().setOlds(struct(olds)).setNews(struct(news));
      const answer: messages.CheckResponse = await call(client, "check", request);
      const failures = answer
        .getFailuresList()
        .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
      return { inputs: plain(answer.getInputs()), failures };
    },

    async diff(id, olds, news) {
      const request = new messages.DiffRequest().setId(id).setOlds(struct(olds)).setNews(struct(news));
      const answer: messages.DiffResponse = await call(client, "diff", request);
      const { DIFF_SOME } = messages.DiffResponse.DiffChanges;
      return {
        changes: answer.getChanges() === DIFF_SOME,
        replaces: answer.getReplacesList(),
        deleteBeforeReplace: answer.getDeletebeforereplace(),
      };
    },

    async create(inputs) {
      const request = new messages.CreateRequest().setProperties(struct(inputs));
      const answer: messages.CreateResponse = await call(client, "create", request);
      return { id: answer.getId(), outputs: plain(answer.getProperties()) };
    },

    async read(id, state) {
      const request = new messages.ReadRequest().setId(id).setProperties(struct(state));
      const answer: messages.ReadResponse = await call(client, "read", request);
      return {
        id: answer.getId(),
        outputs: plain(answer.getProperties()),
        inputs: plain(answer.getInputs()),
      };
    },

    async update(id, olds, news) {
      const request = new messages.UpdateRequest().setId(id).setOlds(struct(olds)).setNews(struct(news));
      const answer: messages.UpdateResponse = await call(client, "update", request);
      return plain(answer.getProperties());
    },

    async delete(id, state) {
      await call(client, "delete", new messages.DeleteRequest().setId(id).setProperties(struct(state)));
    },

    async [Symbol.asyncDispose]() {
      client.close();
      process.kill("SIGKILL");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function spawnPlugin(cwd: string, engine: string, env: Readonly<Record<string, string>>): ChildProcess {
  const script = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
  return spawn(process.execPath, [script, engine], {
    cwd,
    env: environmentWithout("PORTAINER_", { PULUMI_NODEJS_PROJECT: "host-test", ...env }),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The environment of this process and more, but for the variables with this prefix. */
export function environmentWithout(
  prefix: string,
  more: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith(prefix));
  return { ...Object.fromEntries(inherited), ...more };
}

/** The process says its port in its first line. */
export async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error("the process has no standard output");
  for await (const line of createInterface({ input: stdout })) return line;
  throw new Error("the process ended before it said its port");
}

export function plain(value: Struct | undefined): Properties {
  return (value?.toJavaScript() ?? {}) as Properties;
}
