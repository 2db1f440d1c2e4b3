import { z } from "zod";
import { isApiError } from "../../client";
import type { SwarmInspect } from "../../contract";
import type { Context, Definition, Inputs, Property, State as StateOf } from "../core/definition";
import { difference, noneIfEmpty, refreshed } from "../core/diff";
import { ProviderError, Unfinished } from "../core/errors";
import { lookOnceBack, mayHaveHappened } from "../core/lost-answer";
import type { Properties } from "../core/properties";
import { DurationSchema, idNumber } from "../core/schema";
import { nanoseconds } from "./container/arguments/values";
import { at, put, type Wire } from "./container/wire";
import {
  deleteThere,
  type Engine,
  engineRefOf,
  missingEndpoint,
  nameAndEnvironment,
  reachEngine,
  readThere,
  updateThere,
} from "./engine";
import { idOf, parseId, TextsSchema } from "./identity";
import type { OnEngine } from "./object";
import { inSwarm, swarmFields } from "./swarm-file";
import { atItsVersion } from "./version";

const Trigger = z.union([z.string(), z.number()]);
const Count = z.int().nonnegative("must be a whole number, 0 or more");

export const SwarmSchema = z.object({
  ...swarmFields,
  /** The address that other nodes reach this one by, or an interface's name. Counts at the creation only. Docker: `AdvertiseAddr`. @default the engine's choice */
  advertiseAddress: z.string().optional(),
  /** The address to listen on for other managers. Counts at the creation only. Docker: `ListenAddr`. @default "0.0.0.0:2377" */
  listenAddress: z.string().default("0.0.0.0:2377"),
  /** The address for the traffic of overlay networks. Counts at the creation only. Docker: `DataPathAddr`. @default `advertiseAddress` */
  dataPathAddress: z.string().optional(),
  /** Where overlay networks get their addresses, `["10.20.0.0/16"]`. Counts at the creation only. Docker: `DefaultAddrPool`. @default 10.0.0.0/8 */
  addressPools: z.array(z.string()).optional(),
  /** The size of each of their subnets, in bits. Counts at the creation only. Docker: `SubnetSize`. @default 24 */
  subnetSize: z.int().min(1).max(30).optional(),
  /** How many old tasks of each replica are kept. Docker: `Orchestration.TaskHistoryRetentionLimit`. @default unmanaged; a new swarm keeps 5 */
  taskHistoryLimit: Count.optional(),
  /** How often nodes say that they live. Docker: `Dispatcher.HeartbeatPeriod`. @default unmanaged; 5s in a new swarm */
  heartbeatPeriod: DurationSchema.optional(),
  /** How long certificates of nodes are valid. Docker: `CAConfig.NodeCertExpiry`. @default unmanaged; 90 days in a new swarm */
  certificateExpiry: DurationSchema.optional(),
  /** How many log entries of managers are between two snapshots. Docker: `Raft.SnapshotInterval`. @default unmanaged; 10000 in a new swarm */
  snapshotInterval: Count.optional(),
  /** Whether managers must be unlocked with a key after a restart. Docker: `EncryptionConfig.AutoLockManagers`. @default unmanaged; false in a new swarm */
  autoLock: z.boolean().optional(),
  /** Labels. Docker: `Labels`. @default unmanaged */
  labels: TextsSchema.optional(),
  /** Another value makes both join tokens anew: who has the old ones can no longer join. Docker: `rotateWorkerToken`, `rotateManagerToken`. */
  rotateJoinTokens: Trigger.optional(),
  /** Another value makes the unlock key anew. Docker: `rotateManagerUnlockKey`. */
  rotateUnlockKey: Trigger.optional(),
  /**
   * What to do if the engine manages a swarm already: `"matching"` takes it if it is as the program says, `"replace"`
   * changes its settings. @default refuse
   */
  adopt: z.enum(["matching", "replace"]).optional(),
  /** Whether destroying the resource takes the engine out of the swarm, which ends the swarm if it is the last manager, with all services and secrets. @default false: the swarm is only forgotten */
  force: z.boolean().optional(),
});
export type SwarmArgs = z.input<typeof SwarmSchema>;
type SwarmInputs = Inputs<typeof SwarmSchema>;

export interface SwarmOutputs extends OnEngine {
  /** The swarm's id. */
  readonly swarmId: string;
  /** The token with which an engine joins as a worker. Secret. */
  readonly workerToken: string;
  /** The token with which an engine joins as a manager. Secret. */
  readonly managerToken: string;
  /** The key that unlocks managers; empty without `autoLock`. Secret. */
  readonly unlockKey: string;
}
type SwarmState = StateOf<typeof SwarmSchema, SwarmOutputs>;

/** Where each setting is in the swarm's specification. */
const SETTINGS: Readonly<Record<string, readonly [path: string, isDuration?: true]>> = {
  taskHistoryLimit: ["Orchestration.TaskHistoryRetentionLimit"],
  heartbeatPeriod: ["Dispatcher.HeartbeatPeriod", true],
  certificateExpiry: ["CAConfig.NodeCertExpiry", true],
  snapshotInterval: ["Raft.SnapshotInterval"],
  autoLock: ["EncryptionConfig.AutoLockManagers"],
  labels: ["Labels"],
};

/** What only a new swarm can be given. */
const AT_CREATION: readonly string[] = [
  "advertiseAddress",
  "listenAddress",
  "dataPathAddress",
  "addressPools",
  "subnetSize",
];

const properties = {
  endpointId: { change: "replace", normalize: idNumber },
  advertiseAddress: {},
  listenAddress: {},
  dataPathAddress: {},
  addressPools: {},
  subnetSize: {},
  taskHistoryLimit: {},
  heartbeatPeriod: { normalize: nanoseconds },
  certificateExpiry: { normalize: nanoseconds },
  snapshotInterval: {},
  autoLock: {},
  labels: { normalize: noneIfEmpty },
  rotateJoinTokens: { writeOnly: true },
  rotateUnlockKey: { writeOnly: true },
  adopt: { change: "none" },
  force: { change: "none" },
} satisfies Readonly<Record<string, Property>>;

const settings: Readonly<Record<string, Property>> = Object.fromEntries(
  Object.entries(properties).filter(([key]) => key in SETTINGS),
);

const identityOf = (swarmId: string): string => `swarms/${swarmId}`;

/** The swarm that an engine manages: its settings and tokens. An engine has one at most. */
export const swarm: Definition<typeof SwarmSchema, SwarmOutputs> = {
  type: "Swarm",
  schema: SwarmSchema,
  properties,
  secrets: ["workerToken", "managerToken", "unlockKey"],
  misnomers: {
    advertiseAddr: "advertiseAddress",
    listenAddr: "listenAddress",
    dataPathAddr: "dataPathAddress",
    defaultAddrPool: "addressPools",
    autolock: "autoLock",
    taskHistoryRetentionLimit: "taskHistoryLimit",
    dispatcherHeartbeat: "heartbeatPeriod",
    certExpiry: "certificateExpiry",
  },
  defaults: (inputs, context) => {
    const { name: _unused, ...defaults } = nameAndEnvironment(inputs, context);
    return defaults;
  },
  validate: missingEndpoint,
  identity: ({ swarmId }) => swarmId && identityOf(swarmId),

  replaces(changed, olds) {
    // An import does not see what the swarm was created with.
    if (olds.listenAddress === undefined) return [];
    const fixed = changed.filter((key) => AT_CREATION.includes(key));
    if (fixed.length === 0) return [];
    throw new ProviderError(
      `${fixed.map((key) => `\`${key}\``).join(", ")} can be given to a new swarm only: nothing was changed. Undo the change; another swarm means to leave this one, with all its services and secrets.`,
    );
  },

  async create(context, inputs) {
    const engine = await reachEngine(context, engineRefOf(inputs));
    const id = idOf(engine.endpointId, "swarm");
    const found = await find(engine);
    if (!found) {
      const made = await init(engine, inputs);
      await context.connection.learnSwarm(engine.endpointId, made.ID);
      return { id, outputs: await stateOf(engine, made, inputs) };
    }
    context.claims.seek(identityOf(found.ID), `the swarm of environment ${engine.endpointId}`);
    const desired = managed(inputs);
    const { changed } = difference(settings, refreshed(settings, desired, settingsIn(found)), desired);
    requireAdoption(engine, found, inputs, changed);
    return { id, outputs: await stateOf(engine, await change(engine, inputs, changed), inputs) };
  },

  read(context, id, state) {
    const { endpointId, nodeName } = parseId(id, context.connection.endpointId, "swarm");
    const known = state.swarmId === undefined ? undefined : ({ ...state } as SwarmState);
    const look = async () => {
      const engine = await reachEngine(context, { endpointId, nodeName }, state);
      const now = await find(engine);
      if (!now || (known && now.ID !== known.swarmId)) return undefined;
      const actual = { ...settingsIn(now), endpointId };
      const remembered = known && inputsIn(known);
      const inputs = remembered
        ? { ...remembered, ...refreshed(settings, managed(remembered), actual) }
        : actual;
      return {
        id,
        inputs: inputs as Partial<SwarmInputs>,
        outputs: { ...(await stateOf(engine, now, inputs)) },
      };
    };
    return readThere(
      context,
      endpointId,
      look,
      known && { id, inputs: inputsIn(known), outputs: { ...known } },
    );
  },

  update: (context, id, olds, news) =>
    updateThere(context, olds, async () => {
      const engine = await reachEngine(context, engineRefOf(news), olds);
      const { changed } = difference(properties, { ...olds }, news);
      try {
        return await stateOf(engine, await change(engine, news, changed), news);
      } catch (error) {
        const now = await find(engine).catch(() => undefined);
        if (!now || now.ID !== olds.swarmId) throw error;
        const inputs = { ...inputsIn(olds), ...refreshed(settings, managed(olds), settingsIn(now)) };
        throw new Unfinished(id, { ...(await stateOf(engine, now, inputs)) }, error);
      }
    }),

  delete: (context, _id, state) =>
    deleteThere(context, async () => {
      if (!state.force) return forgetting(context, state);
      const engine = await reachEngine(context, engineRefOf(state), state);
      const now = await find(engine);
      if (now?.ID !== state.swarmId) return;
      await engine.docker.swarm.leave({ query: { force: "true" } }, engine.call);
      await context.connection.learnSwarm(engine.endpointId, undefined);
    }),
};

function forgetting({ warn }: Context, { endpointId }: SwarmState): void {
  warn(
    `the swarm of environment ${endpointId} stays, and is forgotten; \`force: true\` leaves it when it is destroyed`,
  );
}

const inputsIn = (state: object): Partial<SwarmInputs> =>
  Object.fromEntries(Object.entries(state).filter(([key]) => key in SwarmSchema.shape));

/** What the program sets of a swarm's settings. */
const managed = (inputs: object): Properties =>
  Object.fromEntries(Object.entries(inputs).filter(([key, value]) => key in SETTINGS && value !== undefined));

function settingsIn({ Spec }: SwarmInspect): Properties {
  const entries = Object.entries(SETTINGS).map(([key, [path, isDuration]]) => {
    const value = at(Spec, path.split("."));
    return [key, isDuration && typeof value === "number" ? value / 1e9 : value];
  });
  return Object.fromEntries(entries);
}

async function stateOf(
  { docker, call, engineId, instanceId }: Engine,
  now: SwarmInspect,
  inputs: object,
): Promise<SwarmState> {
  const isLocked = at(now.Spec, ["EncryptionConfig", "AutoLockManagers"]) === true;
  const { UnlockKey } = isLocked ? await docker.swarm.unlockKey({}, call) : { UnlockKey: "" };
  return {
    ...inputs,
    swarmId: now.ID,
    workerToken: now.JoinTokens?.Worker ?? "",
    managerToken: now.JoinTokens?.Manager ?? "",
    unlockKey: UnlockKey,
    engineId,
    instanceId,
  } as SwarmState;
}

/** The swarm that the engine manages; `undefined` if it is in none. */
async function find({ docker, call }: Engine): Promise<SwarmInspect | undefined> {
  try {
    return await docker.swarm.inspect({}, call);
  } catch (error) {
    if (isApiError(error) && /docker swarm init/.test(error.message)) return undefined;
    return await inSwarm(() => Promise.reject(error));
  }
}

async function init(engine: Engine, inputs: SwarmInputs): Promise<SwarmInspect> {
  const { docker, call, context } = engine;
  const { advertiseAddress, listenAddress, dataPathAddress, addressPools, subnetSize } = inputs;
  const body = {
    ListenAddr: listenAddress,
    ...(advertiseAddress !== undefined && { AdvertiseAddr: advertiseAddress }),
    ...(dataPathAddress !== undefined && { DataPathAddr: dataPathAddress }),
    ...(addressPools && { DefaultAddrPool: addressPools }),
    ...(subnetSize !== undefined && { SubnetSize: subnetSize }),
    Spec: specWith({}, inputs, Object.keys(SETTINGS)),
  };
  try {
    await docker.swarm.init({ body }, call);
  } catch (error) {
    if (!mayHaveHappened(error)) throw error;
    const made = await lookOnceBack(context.signal, () => find(engine));
    if (!made) throw error;
    return made;
  }
  return await docker.swarm.inspect({}, call);
}

function requireAdoption(
  engine: Engine,
  found: SwarmInspect,
  { adopt }: SwarmInputs,
  differing: readonly string[],
): void {
  const where = `the engine of environment ${engine.endpointId} manages the swarm ${found.ID} already, created ${found.CreatedAt ?? "before"}`;
  if (adopt === undefined) {
    throw new ProviderError(
      `${where}. It was not touched. Take it: \`adopt: "matching"\` as it is, \`adopt: "replace"\` with the program's settings.`,
    );
  }
  if (adopt === "replace" || differing.length === 0) return;
  throw new ProviderError(
    `${where}, and is not as the program says: ${differing.join(", ")}. Set these as they are there, or \`adopt: "replace"\` to have them changed.`,
  );
}

/** Changes these settings, and rotates what the program wants rotated. */
async function change(engine: Engine, news: SwarmInputs, changed: readonly string[]): Promise<SwarmInspect> {
  const { docker, call } = engine;
  const keys = changed.filter((key) => key in SETTINGS && news[key as keyof SwarmInputs] !== undefined);
  const rotation = {
    ...(changed.includes("rotateJoinTokens") && { rotateWorkerToken: "true", rotateManagerToken: "true" }),
    ...(changed.includes("rotateUnlockKey") && { rotateManagerUnlockKey: "true" }),
  };
  const before = await docker.swarm.inspect({}, call);
  if (keys.length === 0 && Object.keys(rotation).length === 0) return before;
  const read = () => docker.swarm.inspect({}, call);
  const write = ({ Version, Spec }: SwarmInspect) => {
    const query = { version: Version.Index, ...rotation };
    return docker.swarm.update({ query, body: specWith(structuredClone(Spec), news, keys) }, call);
  };
  await atItsVersion(read, write, before);
  return await read();
}

function specWith(spec: Wire, inputs: SwarmInputs, keys: readonly string[]): Wire {
  for (const key of keys) {
    const [path = "", isDuration] = SETTINGS[key] ?? [];
    const value = inputs[key as keyof SwarmInputs];
    if (value !== undefined)
      put(spec, path.split("."), isDuration ? nanoseconds(value as string | number) : value);
  }
  return spec;
}
