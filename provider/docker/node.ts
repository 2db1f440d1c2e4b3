import { z } from "zod";
import type { NodeInspect } from "../../contract";
import { until } from "../core/concurrency";
import type { Definition, Inputs, Property, State as StateOf } from "../core/definition";
import { difference, noneIfEmpty, refreshed } from "../core/diff";
import { ProviderError } from "../core/errors";
import type { Properties } from "../core/properties";
import { filledIn, idNumber } from "../core/schema";
import {
  type Engine,
  engineRefOf,
  missingEndpoint,
  nameAndEnvironment,
  reachEngine,
  readThere,
  unlessObjectGone,
  updateThere,
} from "./engine";
import { idOf, parseId, type Texts, TextsSchema } from "./identity";
import type { InSwarm } from "./object";
import { inSwarm, swarmFields } from "./swarm-file";
import { atItsVersion } from "./version";

export const NodeSchema = z.object({
  ...swarmFields,
  /** The node's host name, or its id. @default the resource's name */
  name: filledIn(z.string().regex(/^[a-zA-Z0-9][\w.-]*$/, "is not the host name or id of a node")),
  /** Labels for `placement` of a Service. Labels that others have set stay. Docker: `Labels`. @default unmanaged */
  labels: TextsSchema.optional(),
  /** `"active"` takes tasks, `"pause"` no new ones, `"drain"` none. Docker: `Availability`. @default unmanaged */
  availability: z.enum(["active", "pause", "drain"]).optional(),
  /** `"worker"` or `"manager"`; an `up` waits until the node is one. Docker: `Role`. @default unmanaged */
  role: z.enum(["worker", "manager"]).optional(),
});
export type NodeArgs = z.input<typeof NodeSchema>;
type NodeInputs = Inputs<typeof NodeSchema>;

export interface NodeOutputs extends InSwarm {
  /** The node's id in the swarm. */
  readonly nodeId: string;
  /** Its host name. */
  readonly hostname: string;
  /** Its address. */
  readonly address: string;
}
type NodeState = StateOf<typeof NodeSchema, NodeOutputs>;

const properties = {
  endpointId: { change: "replace", normalize: idNumber },
  name: { change: "replace" },
  labels: { normalize: noneIfEmpty },
  availability: {},
  role: {},
} satisfies Readonly<Record<string, Property>>;

const identityOf = (nodeId: string): string => `nodes/${nodeId}`;

/** A node of a swarm. It is not made and not removed: a program changes what it says of it. */
export const node: Definition<typeof NodeSchema, NodeOutputs> = {
  type: "Node",
  schema: NodeSchema,
  properties,
  secrets: [],
  misnomers: { hostname: "name", nodeId: "name" },
  defaults: nameAndEnvironment,
  validate: missingEndpoint,
  identity: ({ nodeId }) => nodeId && identityOf(nodeId),

  async create(context, inputs) {
    const engine = await reachEngine(context, engineRefOf(inputs));
    const found = await findByName(engine, inputs.name);
    if (!found) throw noSuchNode(engine, inputs.name);
    context.claims.seek(
      identityOf(found.ID),
      `the node "${inputs.name}" of environment ${engine.endpointId}`,
    );
    const now = await apply(engine, found, {}, inputs);
    return { id: idOf(engine.endpointId, inputs.name), outputs: stateOf(engine, now, inputs) };
  },

  read(context, id, state) {
    const { endpointId, nodeName, nameOrId } = parseId(id, context.connection.endpointId, "node");
    const known = state.nodeId === undefined ? undefined : ({ ...state } as NodeState);
    const look = async () => {
      const engine = await reachEngine(context, { endpointId, nodeName }, state);
      const now = known ? await findById(engine, known.nodeId) : await findByName(engine, nameOrId);
      if (!now) return undefined;
      const remembered = known && inputsIn(known);
      const actual = { endpointId, name: remembered?.name ?? nameOrId, ...valuesOf(now, remembered?.labels) };
      const inputs = remembered ? refreshed(properties, { ...remembered }, actual) : actual;
      return { id, inputs: inputs as Partial<NodeInputs>, outputs: { ...stateOf(engine, now, inputs) } };
    };
    return readThere(
      context,
      endpointId,
      look,
      known && { id, inputs: inputsIn(known), outputs: { ...known } },
    );
  },

  update: (context, _id, olds, news) =>
    updateThere(context, olds, async () => {
      const engine = await reachEngine(context, engineRefOf(news), olds);
      const now = await findById(engine, olds.nodeId);
      if (!now) throw noSuchNode(engine, news.name);
      return stateOf(engine, await apply(engine, now, olds, news), news);
    }),

  /** Only forgets it: what runs on a node is not the program's. */
  delete: () => Promise.resolve(),
};

const inputsIn = (state: object) =>
  Object.fromEntries(Object.entries(state).filter(([key]) => key in NodeSchema.shape)) as NodeInputs;

/** @param labels the program's, to which the actual ones are cut; `undefined` shows all. */
function valuesOf({ Spec }: NodeInspect, labels: Texts | undefined): Properties {
  const all = Object.entries(Spec.Labels ?? {});
  return {
    labels: Object.fromEntries(labels ? all.filter(([name]) => name in labels) : all),
    availability: Spec.Availability,
    role: Spec.Role,
  };
}

function stateOf({ engineId, instanceId, swarmId }: Engine, now: NodeInspect, inputs: object): NodeState {
  const { ID, Description, Status } = now;
  return {
    ...inputs,
    nodeId: ID,
    hostname: Description?.Hostname ?? "",
    address: Status?.Addr ?? "",
    swarmId,
    engineId,
    instanceId,
  } as NodeState;
}

/** Gives the node what the program says, by one write at most; what the program does not set stays. */
async function apply(
  engine: Engine,
  found: NodeInspect,
  olds: Partial<NodeInputs>,
  news: NodeInputs,
): Promise<NodeInspect> {
  const { docker, call } = engine;
  const read = () => findById(engine, found.ID);
  const write = async (now: NodeInspect | undefined) => {
    if (!now) throw noSuchNode(engine, news.name);
    const kept = Object.entries(now.Spec.Labels ?? {}).filter(([name]) => olds.labels?.[name] === undefined);
    const body = {
      ...now.Spec,
      Labels: { ...Object.fromEntries(kept), ...news.labels },
      ...(news.availability !== undefined && { Availability: news.availability }),
      ...(news.role !== undefined && { Role: news.role }),
    };
    const desired = { ...now, Spec: body };
    const { changed } = difference(properties, valuesOf(now, undefined), valuesOf(desired, undefined));
    if (changed.length === 0) return now;
    if (changed.includes("role") && news.role === "worker") await refuseOwnManager(engine, now);
    await docker.nodes.update({ params: { id: now.ID }, query: { version: now.Version.Index }, body }, call);
    return desired;
  };
  const now = await atItsVersion(read, write, found);
  if (now.Spec.Role !== found.Spec.Role) await hasItsRole(engine, now);
  return now;
}

/** Refuses to make a worker of the manager that the environment leads to: nothing of the swarm could be managed after it. */
async function refuseOwnManager({ docker, call, endpointId }: Engine, { ID }: NodeInspect): Promise<void> {
  const { Swarm } = await docker.system.info({}, call);
  if (Swarm?.NodeID !== ID) return;
  throw new ProviderError(
    `environment ${endpointId} leads to this node: as a worker it could no longer manage the swarm. Nothing was changed. Make another node a manager, and change this one through that one's environment.`,
  );
}

/** A swarm changes roles some seconds later. Until then the node takes no other role, and is asked nothing as a manager. */
async function hasItsRole({ docker, call, context }: Engine, { ID: id, Spec }: NodeInspect): Promise<void> {
  const isDone = ({ ManagerStatus }: NodeInspect) =>
    Spec.Role === "manager" ? ManagerStatus?.Reachability === "reachable" : !ManagerStatus;
  await until(call.signal ?? context.signal, async () => {
    const now = await docker.nodes.inspect({ params: { id } }, call);
    if (isDone(now)) return true;
    if (now.Status?.State !== "ready") {
      context.warn(`the node is ${now.Status?.State}: it becomes a ${Spec.Role} when it is back`);
      return true;
    }
    context.progress(`becomes a ${Spec.Role}`);
    return undefined;
  });
}

/** By its id or its host name, which several nodes of a swarm may have. */
async function findByName(
  { docker, call, endpointId }: Engine,
  name: string,
): Promise<NodeInspect | undefined> {
  const list = await inSwarm(() => docker.nodes.list({}, call));
  const found = list.filter(({ ID, Description }) => ID === name || Description?.Hostname === name);
  if (found.length <= 1) return found[0];
  throw new ProviderError(
    `environment ${endpointId} has several nodes named "${name}" (${found.map(({ ID }) => ID).join(", ")}). Nothing was changed. Name the node by its id.`,
  );
}

async function findById({ docker, call }: Engine, id: string): Promise<NodeInspect | undefined> {
  const found = await unlessObjectGone(() => inSwarm(() => docker.nodes.inspect({ params: { id } }, call)));
  return found?.ID === id ? found : undefined;
}

const noSuchNode = ({ endpointId }: Engine, name: string): ProviderError =>
  new ProviderError(
    `the swarm of environment ${endpointId} has no node "${name}". A node is not created: let an engine join the swarm (\`docker swarm join\`), and give its host name or id.`,
  );
