import { z } from "zod";
import { isApiError } from "../../client";
import { until } from "../core/concurrency";
import type { Definition, Inputs, State } from "../core/definition";
import { difference } from "../core/diff";
import { isEnvironmentGone, isNotFound, ProviderError } from "../core/errors";
import { mayHaveHappened, repeatIfLost } from "../core/lost-answer";
import { withNames } from "../core/names";
import { hasUnknown } from "../core/properties";
import { idNumber } from "../core/schema";
import { findById, findByName } from "./container/calls";
import {
  deleteThere,
  type Engine,
  engineFields,
  engineRefOf,
  nameAndEnvironment,
  reachEngine,
  readThere,
  updateThere,
} from "./engine";
import { NO_OUTPUT, type Output, readOutput } from "./exec-output";
import { TextsSchema } from "./identity";
import { maskValues } from "./mask";
import type { OnEngine } from "./object";

const CommandSchema = z.array(z.string()).min(1, "a command has at least the program to run");

export const ExecSchema = z.object({
  ...engineFields,
  /**
   * The container to run the command in, which must be running: a `Container`, its id, or its name. When the container is
   * recreated, the command runs again, unless `whenRecreated` says otherwise.
   */
  container: z.string().min(1, "the container is empty"),
  /**
   * The program and its arguments, each as it is: no shell splits or expands them. `["sh", "-c", "…"]` runs a shell. A
   * change runs the new command. Docker: `Cmd`.
   */
  command: CommandSchema,
  /** The user, `"postgres"` or `"1000:1000"`. A change runs the command again. Docker: `User`. @default that of the container */
  user: z.string().min(1, "the user is empty").optional(),
  /** The working directory. A change runs the command again. Docker: `WorkingDir`. @default that of the container */
  workingDirectory: z.string().min(1, "the working directory is empty").optional(),
  /**
   * Environment variables, in addition to those of the container. Values may be secret. A change runs the command again.
   * Docker: `Env`. @default none
   */
  env: TextsSchema.optional(),
  /** Arbitrary values; the command runs again when one of them changes. @default none */
  triggers: TextsSchema.optional(),
  /** The exit codes that mean success. A change does not run the command. @default [0] */
  exitCodes: z.array(z.int().min(0).max(255)).min(1, "no exit code would be a success").default([0]),
  /**
   * What to do when the container is another one than that in which the command ran: `"run"` runs it again, since what it
   * did in the container's own files is gone; `"keep"` does not, for a command whose work is elsewhere, such as in a
   * volume or a database. A change does not run the command. @default "run"
   */
  whenRecreated: z.enum(["run", "keep"]).default("run"),
  /**
   * A command to run when the resource is destroyed, with the same user, working directory and environment. It does not
   * run before another run of `command`, nor if the container is gone. A change does not run it. @default none
   */
  onDelete: CommandSchema.optional(),
  /**
   * Whether what the command writes is secret: then `stdout` and `stderr` are secret outputs, and an error does not show
   * them. A change does not run the command. @default false
   */
  secretOutput: z.boolean().optional(),
});
export type ExecArgs = z.input<typeof ExecSchema>;

export interface ExecOutputs extends OnEngine {
  /** What it wrote to its standard output, without the last line end; the last 64 KiB. */
  readonly stdout: string;
  /** What it wrote to its standard error, likewise. */
  readonly stderr: string;
  /** Its exit code. */
  readonly exitCode: number;
  /** The id of the container that it ran in. */
  readonly containerId: string;
}

/** A change of one of these runs the command again. */
const RUNS = ["command", "user", "workingDirectory", "env", "triggers"] as const;

export type ExecInputs = Inputs<typeof ExecSchema>;
type ExecState = State<typeof ExecSchema, ExecOutputs>;

const properties: Definition<typeof ExecSchema, ExecOutputs>["properties"] = {
  endpointId: { change: "replace", normalize: idNumber },
  nodeName: { change: "replace" },
  container: {},
  command: {},
  user: {},
  workingDirectory: {},
  env: {},
  triggers: {},
  exitCodes: {},
  whenRecreated: {},
  onDelete: {},
  secretOutput: {},
};

/** A command that has run in a container: at `create`, and at each update that asks for it. */
export const exec: Definition<typeof ExecSchema, ExecOutputs> = {
  type: "Exec",
  schema: ExecSchema,
  properties,
  secrets: [],
  misnomers: {
    args: "command",
    cmd: "command",
    containerId: "container",
    create: "command",
    delete: "onDelete",
    environment: "env",
    environmentId: "endpointId",
    workdir: "workingDirectory",
    workingDir: "workingDirectory",
  },
  defaults: (inputs, context) => nameAndEnvironment(inputs, { ...context, name: undefined }),

  explain(changed, _olds, news) {
    const reasons = changed.filter((key) => runsAgain(key, news));
    if (reasons.length === 0) return undefined;
    const isCertain = reasons.some((key) => !hasUnknown(news[key as keyof ExecInputs]));
    return isCertain
      ? `the command is run again, because of: ${reasons.join(", ")}`
      : `the command may be run again, depending on values that are not known yet: ${reasons.join(", ")}`;
  },

  async create(context, inputs) {
    const engine = await reachEngine(context, engineRefOf(inputs));
    const containerId = await containerOf(engine, inputs);
    const { execId, ...outputs } = await run(engine, containerId, inputs.command, inputs);
    return {
      id: `${engine.endpointId}/${execId.slice(0, 12)}`,
      outputs: { ...inputs, ...outputs, containerId, ...on(engine) },
    };
  },

  read(context, id, state) {
    if (state.containerId === undefined || state.instanceId === undefined) {
      throw new ProviderError(
        `"${id}": a command that has run cannot be looked up or imported, since an engine forgets it. Declare an Exec, which runs it once.`,
      );
    }
    const known = state as ExecState;
    const remembered = { id, inputs: inputsIn(known), outputs: { ...known } };
    const look = async () => {
      const engine = await reachEngine(context, engineRefOf(known), known);
      if (known.whenRecreated === "keep") return remembered;
      const now = isId(known.container)
        ? await findById(engine, known.containerId)
        : await findByName(engine, known.container);
      if (now?.Id === known.containerId) return remembered;
      context.warn(
        `the container that the command ran in is gone${now ? ", and another one has its name" : ""}: the next \`up\` runs the command again`,
      );
      return undefined;
    };
    return readThere(context, Number(known.endpointId), look, remembered);
  },

  update: (context, _id, olds, news) =>
    updateThere(context, olds, async () => {
      const { changed } = difference(properties, { ...olds }, news);
      const { stdout, stderr, exitCode, containerId: before, engineId, instanceId } = olds;
      const last = { stdout, stderr, exitCode, engineId, instanceId };
      if (!changed.some((key) => key === "container" || runsAgain(key, news))) {
        return { ...news, ...last, containerId: before };
      }
      const engine = await reachEngine(context, engineRefOf(news), olds);
      const containerId = await containerOf(engine, news);
      const isSameContainer = containerId === before || news.whenRecreated === "keep";
      if (isSameContainer && !changed.some((key) => key !== "container" && runsAgain(key, news))) {
        return { ...news, ...last, containerId };
      }
      const { execId: _execId, ...outputs } = await run(engine, containerId, news.command, news);
      return { ...news, ...outputs, containerId, ...on(engine) };
    }),

  delete: (context, _id, state) =>
    deleteThere(context, async () => {
      const { onDelete } = state;
      if (onDelete === undefined) return;
      const engine = await reachEngine(context, engineRefOf(state), state);
      try {
        await run(engine, await containerOf(engine, state), onDelete, state);
      } catch (error) {
        if (!(error instanceof ContainerGone)) throw error;
        context.info("the container is gone: `onDelete` was not run");
      }
    }),
};

const on = ({ engineId, instanceId }: Engine): OnEngine => ({ engineId, instanceId });

const inputsIn = (state: ExecState): ExecInputs =>
  Object.fromEntries(Object.entries(state).filter(([key]) => key in ExecSchema.shape)) as ExecInputs;

/** Whether a change of this property runs the command again. */
const runsAgain = (key: string, { whenRecreated }: ExecInputs): boolean =>
  (RUNS as readonly string[]).includes(key) || (key === "container" && whenRecreated === "run");

class ContainerGone extends ProviderError {}

const isId = (container: string): boolean => /^[0-9a-f]{64}$/.test(container);

/** The container's id: by its name it could be taken for the beginning of another one's id. */
async function containerOf(engine: Engine, { container }: ExecInputs): Promise<string> {
  if (isId(container)) return container;
  const found = (await findByName(engine, container)) ?? (await findById(engine, container));
  if (found) return found.Id;
  throw gone(engine, container);
}

const gone = ({ endpointId }: Engine, container: string): ProviderError =>
  new ContainerGone(
    `there is no container "${withNames(container)}" on environment ${endpointId}: nothing was run. Declare it as a Container and pass that, or correct the name.`,
  );

interface Run extends Omit<Output, "isCut"> {
  readonly execId: string;
  readonly exitCode: number;
}

/**
 * Runs a command and waits for its end. A prepared command that is never started does nothing, so preparing may be
 * repeated; a start is not.
 */
async function run(
  engine: Engine,
  containerId: string,
  command: readonly string[],
  inputs: ExecInputs,
): Promise<Run> {
  const { docker, call, context } = engine;
  const execId = await prepare(engine, containerId, command, inputs);
  context.progress(`running ${command[0]}`);
  const output = await start(engine, execId);
  const exitCode = await until(context.signal, async () => {
    const { Running, ExitCode } = await docker.exec.inspect({ params: { id: execId } }, call);
    return Running ? undefined : (ExitCode ?? undefined);
  });
  if (!inputs.exitCodes.includes(exitCode)) throw failed(engine, { command, exitCode, output, inputs });
  const { stdout, stderr, isCut } = output ?? NO_OUTPUT;
  if (output === undefined) {
    context.warn(
      "the connection was lost while the command ran: it ended well, and what it wrote is not known",
    );
  }
  if (isCut) context.warn("the command wrote more than 64 KiB: the outputs have the end of it");
  return { execId, exitCode, stdout, stderr };
}

async function prepare(
  engine: Engine,
  containerId: string,
  command: readonly string[],
  { user, workingDirectory, env = {} }: ExecInputs,
): Promise<string> {
  const body = {
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
    ...(user !== undefined && { User: user }),
    ...(workingDirectory !== undefined && { WorkingDir: workingDirectory }),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
  };
  try {
    const { Id } = await repeatIfLost(() =>
      engine.docker.exec.create(
        { params: { id: containerId }, body },
        { ...engine.call, secrets: Object.values(env) },
      ),
    );
    return Id;
  } catch (error) {
    if (isNotFound(error) && !isEnvironmentGone(error)) throw gone(engine, containerId);
    if (!isApiError(error) || error.status !== 409) throw error;
    throw new ProviderError(
      `the container "${withNames(containerId)}" does not run, so nothing was run in it: ${error.serverMessage}. Start it, or wait for it (\`waitFor\` of the Container).`,
    );
  }
}

/** @returns `undefined` if the connection was lost: the command goes on without it. */
async function start({ docker, call }: Engine, id: string): Promise<Output | undefined> {
  try {
    return await readOutput(
      await docker.exec.start({ params: { id }, body: { Detach: false, Tty: false } }, call),
    );
  } catch (error) {
    if (call.signal?.aborted || !mayHaveHappened(error)) throw error;
    return undefined;
  }
}

interface FailedRun {
  readonly command: readonly string[];
  readonly exitCode: number;
  readonly output: Output | undefined;
  readonly inputs: ExecInputs;
}

/** How many lines of each stream an error shows. */
const SHOWN_LINES = 10;

/** The error has no argument of the command, since one may be a secret, and no value of `env`. */
function failed(
  { context: { signal } }: Engine,
  { command, exitCode, output, inputs }: FailedRun,
): ProviderError {
  signal.throwIfAborted();
  const { env = {}, exitCodes, secretOutput } = inputs;
  const wanted = exitCodes.length === 1 && exitCodes[0] === 0 ? "" : `, not with ${exitCodes.join(" or ")}`;
  const what = `the command ${JSON.stringify(command[0])} ended with exit code ${exitCode}${wanted}`;
  if (secretOutput) return new ProviderError(`${what}. What it wrote is secret, and not shown.`);
  if (output === undefined) {
    return new ProviderError(`${what}. The connection was lost while it ran, so what it wrote is not known.`);
  }
  const lines = [output.stdout, output.stderr]
    .flatMap((text) => text.split("\n").slice(-SHOWN_LINES))
    .filter((line) => line.trim() !== "");
  return new ProviderError(
    lines.length === 0
      ? `${what}, and wrote nothing.`
      : `${what}:\n${maskValues(lines.join("\n"), Object.values(env))}`,
  );
}
