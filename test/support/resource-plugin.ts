import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { call, PartialFailure, type Properties, struct } from "./grpc";
import { environmentWithout, firstLine, type Plugin, type PluginOptions, plain } from "./plugin";

/** What the classes of this package hand over to dynamic providers, and Pulumi itself tells a plugin. */
interface HandedOver {
  readonly __urn?: string;
  readonly __timeouts?: Readonly<Record<string, string>>;
  readonly __provider?: string;
  readonly __replaceOnChanges?: readonly string[];
}

/** A message that has the parts of a resource's step. */
interface StepMessage {
  setUrn(urn: string): unknown;
  setTimeout?(seconds: number): unknown;
}

/** The plugin of this package, as the engine starts it, behind the same interface as dynamic providers. */
export async function startResourcePlugin({
  config = {},
  env = {},
  engine = "127.0.0.1:1",
}: PluginOptions = {}): Promise<Plugin> {
  const child = spawnPlugin(engine, env);
  const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const client = new ResourceProviderClient(
    `127.0.0.1:${await firstLine(child)}`,
    credentials.createInsecure(),
  );
  await call(
    client,
    "configure",
    new messages.ConfigureRequest().setArgs(struct(settingsIn(config))).setName("explicit"),
  );

  return {
    process: child,
    exited,
    get errors() {
      return errors;
    },

    async check(olds, news) {
      const { own, handedOver } = split(news);
      const request = stepOf(new messages.CheckRequest(), handedOver)
        .setOlds(struct(split(olds).own))
        .setNews(struct(own));
      const answer: messages.CheckResponse = await call(client, "check", request);
      const failures = answer
        .getFailuresList()
        .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
      return { inputs: { ...plain(answer.getInputs()), ...handedOver }, failures };
    },

    async diff(id, olds, news, oldInputs = {}) {
      const { own, handedOver } = split(news);
      const request = stepOf(new messages.DiffRequest(), handedOver)
        .setId(id)
        .setOlds(struct(split(olds).own))
        .setOldInputs(struct(split(oldInputs).own))
        .setNews(struct(own));
      const answer: messages.DiffResponse = await call(client, "diff", request);
      const { DIFF_SOME } = messages.DiffResponse.DiffChanges;
      return {
        changes: answer.getChanges() === DIFF_SOME,
        replaces: answer.getReplacesList(),
        deleteBeforeReplace: answer.getDeletebeforereplace(),
      };
    },

    async create(inputs) {
      const { own, handedOver } = split(inputs);
      return await keeping(handedOver, async () => {
        const request = stepOf(new messages.CreateRequest(), handedOver, "create").setProperties(struct(own));
        const answer: messages.CreateResponse = await call(client, "create", request);
        return { id: answer.getId(), outputs: { ...plain(answer.getProperties()), ...handedOver } };
      });
    },

    async read(id, state, inputs = {}) {
      const { own, handedOver } = split(state);
      const request = stepOf(new messages.ReadRequest(), handedOver)
        .setId(id)
        .setProperties(struct(own))
        .setInputs(struct(split(inputs).own));
      const answer: messages.ReadResponse = await call(client, "read", request);
      return {
        id: answer.getId(),
        outputs: { ...plain(answer.getProperties()), ...handedOver },
        inputs: { ...plain(answer.getInputs()), ...handedOver },
      };
    },

    async update(id, olds, news, oldInputs = {}) {
      const { own, handedOver } = split(news);
      return await keeping(handedOver, async () => {
        const request = stepOf(new messages.UpdateRequest(), handedOver, "update")
          .setId(id)
          .setOlds(struct(split(olds).own))
          .setOldInputs(struct(split(oldInputs).own))
          .setNews(struct(own));
        const answer: messages.UpdateResponse = await call(client, "update", request);
        return { ...plain(answer.getProperties()), ...handedOver };
      });
    },

    async delete(id, state) {
      const { own, handedOver } = split(state);
      const request = stepOf(new messages.DeleteRequest(), handedOver, "delete")
        .setId(id)
        .setProperties(struct(own));
      await call(client, "delete", request);
    },

    async [Symbol.asyncDispose]() {
      client.close();
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The plugin of the build. */
const SCRIPT = join(resolve(__dirname, "../.."), "dist", "plugin", "bin.js");

/** A folder for PATH in which the CLI finds the plugin, as `npm install --global` puts it there. */
export async function pluginLauncher(): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "plugin-"));
  await writeFile(
    join(folder, "pulumi-resource-portainer"),
    `#!/bin/sh\nexec "${process.execPath}" "${SCRIPT}" "$@"\n`,
    { mode: 0o755 },
  );
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

function spawnPlugin(engine: string, env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [SCRIPT, engine], {
    env: environmentWithout("PORTAINER_", env),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** `portainer:url` is a setting's name in stack config, and `url` the plugin's. */
function settingsIn(config: Properties): Properties {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key !== "portainer:explicit")
      .map(([key, value]) => [key.replace("portainer:", ""), value]),
  );
}

function split({ __urn, __timeouts, __provider, __replaceOnChanges, ...own }: Properties & HandedOver): {
  own: Properties;
  handedOver: Properties & HandedOver;
} {
  return {
    own,
    handedOver: {
      ...(__urn !== undefined && { __urn }),
      ...(__timeouts !== undefined && { __timeouts }),
    },
  };
}

function stepOf<Message extends StepMessage>(
  message: Message,
  { __urn = "", __timeouts }: HandedOver,
  step = "",
): Message {
  message.setUrn(__urn.replace("pulumi-nodejs:dynamic/portainer:", "portainer:index:"));
  const limit = /^(\d+)s$/.exec(__timeouts?.[step] ?? "")?.[1];
  if (limit !== undefined) message.setTimeout?.(Number(limit));
  return message;
}

/** What Pulumi keeps after a partial failure. */
async function keeping<T>(handedOver: Properties, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PartialFailure) Object.assign(error.outputs, handedOver);
    throw error;
  }
}
