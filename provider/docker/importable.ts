/** Reads what is on an environment, whoever created it, as inputs for a program and as state: for an import. */
import { isUtf8 } from "node:buffer";
import type { EngineInfo, SwarmFile } from "../../contract";
import type { Context } from "../core/definition";
import {
  type ImportableKind,
  type ImportableObject,
  ifAllowed,
  importableDefinition,
  type Listed,
  readListed,
  type SkippedObject,
  withoutOwnAccess,
} from "../core/importable";
import type { Properties } from "../core/properties";
import { isChosenByEngine } from "./chosen-subnet";
import { config } from "./config";
import { container, type ImportableContainer, importableContainers } from "./container";
import { canonicalVolume } from "./container/arguments/storage";
import { type Engine, reachEngine } from "./engine";
import { idOf, managedAs, partOf, type Texts } from "./identity";
import { image } from "./image";
import type { Ipam } from "./ipam";
import { network } from "./network";
import { node } from "./node";
import { secret } from "./secret";
import { service } from "./service";
import { saidOfService, whyNoService } from "./service/importable";
import { swarm } from "./swarm";
import { prefixOf } from "./swarm-file";
import { volume } from "./volume";

/** What to import of an environment. */
export interface Wanted {
  readonly types: readonly EngineType[];
  /** The engine's filters: `{ name: ["web"], label: ["team=ops"] }`. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  /** The stacks whose parts are left out, because each is imported as one resource. */
  readonly stacks: readonly string[];
}

/**
 * An environment while it is read. Where its agent serves several nodes, each node is read by itself, and what the swarm
 * has for all of them once.
 */
interface Scene extends Wanted {
  readonly part: "everything" | "node" | "swarm";
  readonly engine: Engine;
  readonly info: EngineInfo;
  /** The containers that are imported. */
  readonly containers: readonly ImportableContainer[];
  /** Those that are not. */
  readonly skipped: readonly SkippedObject[];
}

interface EngineKind extends Omit<ImportableKind, "said"> {
  /** Whether only a manager of a swarm knows such objects. @default false */
  readonly isOfSwarm?: boolean;
  list(scene: Scene): Promise<readonly Listed[]>;
  said?(inputs: Properties, scene: Scene): Properties;
}

/** Those that are read by a list; in the order in which a program declares them. Containers are read by themselves. */
const KINDS = {
  Swarm: {
    definition: importableDefinition(swarm),
    isOfSwarm: true,
    list: async ({ engine }) => [{ id: idOf(engine.endpointId, "swarm") }],
    said: saidOfSwarm,
  },
  Node: {
    definition: importableDefinition(node),
    isOfSwarm: true,
    list: listNodes,
    said: ({ availability, ...inputs }) => ({
      ...inputs,
      ...(availability !== "active" && { availability }),
    }),
  },
  Network: { definition: importableDefinition(network), list: listNetworks, said: saidOfNetwork },
  Volume: { definition: importableDefinition(volume), list: listVolumes },
  Secret: {
    definition: importableDefinition(secret),
    isOfSwarm: true,
    list: async (scene) =>
      (await scene.engine.docker.secrets.list(filtersOf(scene), scene.engine.call)).map((file) => ({
        ...listedFile("secret", file, scene),
        unseen: file.Spec.Driver ? [] : ["data"],
      })),
  },
  Config: {
    definition: importableDefinition(config),
    isOfSwarm: true,
    list: async (scene) =>
      (await scene.engine.docker.configs.list(filtersOf(scene), scene.engine.call)).map((file) => {
        const isText = isUtf8(Buffer.from(file.Spec.Data ?? "", "base64"));
        const listed = listedFile("config", file, scene);
        return { ...listed, reason: listed.reason ?? (isText ? undefined : "its data is no text") };
      }),
  },
  Service: {
    definition: importableDefinition(service),
    isOfSwarm: true,
    list: async (scene) =>
      (await scene.engine.docker.services.list(filtersOf(scene), scene.engine.call)).map((one) => ({
        ...listed("service", one.Spec.Name, one.Spec.Labels, scene, whyNoService(one)),
      })),
    said: saidOfService,
  },
  Image: {
    definition: importableDefinition(image),
    list: async (scene) => {
      const list = await scene.engine.docker.images.list(filtersOf(scene), scene.engine.call);
      return list
        .flatMap(({ RepoTags }) => RepoTags ?? [])
        .filter((tag) => !tag.includes("<none>"))
        .map((tag) => ({ id: idOf(scene.engine.endpointId, tag) }));
    },
  },
} as const satisfies Record<string, EngineKind>;

type ListedType = keyof typeof KINDS;
export type EngineType = ListedType | "Container";
export const ENGINE_TYPES: readonly EngineType[] = [
  "Swarm",
  "Node",
  "Network",
  "Volume",
  "Secret",
  "Config",
  "Service",
  "Container",
  "Image",
];
export const isEngineType = (type: string): type is EngineType =>
  (ENGINE_TYPES as readonly string[]).includes(type);
export const engineDefinition = (type: EngineType) =>
  type === "Container" ? importableDefinition(container) : KINDS[type].definition;

export interface ImportableEngine {
  readonly found: readonly (readonly [type: EngineType, objects: readonly ImportableObject[]])[];
  readonly skipped: readonly SkippedObject[];
}

/**
 * Reads what is on an environment; with containers, also the volumes and networks that they use. Writes nothing. Skips
 * objects that a stack of Pulumi already manages, and what belongs to one of the stacks.
 */
export async function importableEngine(
  context: Context,
  endpointId: number,
  wanted: Wanted,
): Promise<ImportableEngine> {
  const engine = await reachEngine(context, { endpointId });
  const info = await infoOf(engine);
  const nodes = await nodesBehind(engine, info);
  const scenes =
    nodes.length === 0
      ? [await sceneOf("everything", engine, info, wanted)]
      : await Promise.all(
          nodes.map(async (nodeName) => {
            const node = await reachEngine(context, { endpointId, nodeName });
            return await sceneOf("node", node, await infoOf(node), wanted);
          }),
        );
  if (nodes.length > 0) {
    const containers = scenes.flatMap((scene) => scene.containers);
    scenes.push({ ...wanted, part: "swarm", engine, info, containers, skipped: [] });
  }
  const parts = await Promise.all(scenes.map(read));
  return {
    found: parts.flatMap(({ found }) => found),
    skipped: parts.flatMap(({ skipped }) => skipped),
  };
}

const infoOf = ({ docker, call }: Engine): Promise<EngineInfo> => docker.system.info({}, call);

/** The nodes that an agent serves; none where there is only one. An agent is a container on each node. */
async function nodesBehind({ docker, call }: Engine, { Swarm }: EngineInfo): Promise<string[]> {
  if (Swarm?.LocalNodeState !== "active") return [];
  const list = await docker.containers.list({ query: { all: "1" } }, call);
  const names = new Set(list.flatMap(({ Portainer }) => Portainer?.Agent?.NodeName ?? []));
  return names.size > 1 ? [...names].sort() : [];
}

async function sceneOf(
  part: Scene["part"],
  engine: Engine,
  info: EngineInfo,
  wanted: Wanted,
): Promise<Scene> {
  const { types, filters, stacks } = wanted;
  const { containers, skipped } = types.includes("Container")
    ? await importableContainers(engine, info, filters, stacks)
    : { containers: [], skipped: [] };
  return { ...wanted, part, engine, info, containers, skipped };
}

async function read(scene: Scene): Promise<ImportableEngine> {
  const { part, containers, skipped, types, info, engine } = scene;
  const listed = (Object.keys(KINDS) as ListedType[]).filter((type) => isToBeRead(type, scene));
  const found = await Promise.all(listed.map(async (type) => [type, await objectsOf(type, scene)] as const));
  const isWorker = info.Swarm?.LocalNodeState === "active" && !info.Swarm.Cluster;
  const misses =
    part !== "node" && isWorker && types.some((type) => type !== "Container" && "isOfSwarm" in KINDS[type]);
  return {
    found: [
      ...found.map(([type, { found }]) => [type, found] as const),
      ["Container", part === "swarm" ? [] : containers.map(asObject)],
    ],
    skipped: [
      ...found.flatMap(([, { skipped }]) => skipped),
      ...skipped,
      ...(misses
        ? [
            {
              name: `the swarm of environment ${engine.endpointId}`,
              reason: "whose engine is a worker: import the environment of a manager",
            },
          ]
        : []),
    ],
  };
}

function asObject({ id, inputs, outputs }: ImportableContainer): ImportableObject {
  const spoken = withoutOwnAccess({ ...inputs });
  const { access: _access, ...others } = outputs;
  return { id, inputs: spoken, outputs: { ...others, ...spoken } };
}

/** Containers bring their volumes and networks; only a manager of a swarm knows what the swarm has. */
function isToBeRead(type: ListedType, { part, types, info }: Scene): boolean {
  const { isOfSwarm = false }: EngineKind = KINDS[type];
  if (isOfSwarm && (part === "node" || !info.Swarm?.Cluster)) return false;
  // A swarm has networks of its own, beside those of its nodes.
  if (!isOfSwarm && part === "swarm" && type !== "Network") return false;
  const isBrought = (type === "Volume" || type === "Network") && types.includes("Container");
  return types.includes(type) || isBrought;
}

function objectsOf(type: ListedType, scene: Scene) {
  const { said, ...kind }: EngineKind = KINDS[type];
  const { context, endpointId, nodeName } = scene.engine;
  return ifAllowed(`every ${type} of environment ${endpointId}`, async () =>
    readListed(
      context,
      { ...kind, ...(said && { said: (inputs) => said(inputs, scene) }) },
      [...(await kind.list(scene))].sort((left, right) => left.id.localeCompare(right.id)),
      { nodeName },
    ),
  );
}

const filtersOf = ({ filters }: Scene) =>
  Object.keys(filters).length === 0 ? {} : { query: { filters: JSON.stringify(filters) } };

/** An object with labels, which say whether it belongs to a stack or to Pulumi. */
const listed = (
  what: string,
  name: string,
  labels: Texts | null | undefined,
  { engine, stacks }: Scene,
  reason?: string,
): Listed => ({
  id: idOf(engine.endpointId, name),
  name: `${what} ${name}`,
  reason: reason ?? partOf(labels, stacks) ?? managedAs(labels),
});

/** A resource has a shorter name than a swarm allows: the swarm's own name is in its outputs. */
const listedFile = (what: string, { Spec: { Name, Labels } }: SwarmFile, scene: Scene): Listed => ({
  ...listed(what, Name, Labels, scene),
  given: { name: prefixOf(Name) },
});

/** By host name, unless several nodes have the same. */
async function listNodes({ engine, ...scene }: Scene): Promise<Listed[]> {
  const nodes = await engine.docker.nodes.list(filtersOf({ engine, ...scene }), engine.call);
  const hosts = nodes.map(({ Description }) => Description?.Hostname);
  return nodes.map(({ ID, Description }) => {
    const host = Description?.Hostname;
    const isAlone = host !== undefined && hosts.filter((other) => other === host).length === 1;
    return { id: idOf(engine.endpointId, isAlone ? host : ID) };
  });
}

/** The volumes of the imported containers and, if asked for, all others that have a name of their own. */
async function listVolumes(scene: Scene): Promise<Listed[]> {
  const { engine, types, containers } = scene;
  const mounts = containers.flatMap(({ inputs }) => (inputs.volumes ?? []).map(canonicalVolume));
  const used = mounts.flatMap(({ Type, Source }) => (Type === "volume" && Source ? [String(Source)] : []));
  const isAsked = types.includes("Volume");
  if (!isAsked && used.length === 0) return [];
  const all = (await engine.docker.volumes.list({}, engine.call)).Volumes ?? [];
  const chosen = isAsked
    ? ((await engine.docker.volumes.list(filtersOf(scene), engine.call)).Volumes ?? [])
    : [];
  const names = new Set([...used, ...chosen.filter(isNamed).map(({ Name }) => Name)]);
  return all
    .filter(({ Name }) => names.has(Name))
    .map(({ Name, Labels }) => listed("volume", Name, Labels, scene));
}

const ANONYMOUS_LABEL = "com.docker.volume.anonymous";
/** Whether somebody named it: an engine gives a volume without a name 64 digits. */
const isNamed = ({ Name, Labels }: { readonly Name: string; readonly Labels?: Texts | null | undefined }) =>
  !/^[0-9a-f]{64}$/.test(Name) && Labels?.[ANONYMOUS_LABEL] === undefined;

/** The networks that every engine, or every engine of a swarm, has. */
const PREDEFINED: ReadonlySet<string> = new Set(["bridge", "host", "none", "default", "docker_gwbridge"]);

/** The networks of the imported containers and, if asked for, all others that are not Docker's own. */
async function listNetworks(scene: Scene): Promise<Listed[]> {
  const { part, engine, info, types, containers } = scene;
  const used = attachmentsOf(containers).map(({ network }) => network);
  const isAsked = types.includes("Network");
  if (!isAsked && used.length === 0) return [];
  const all = await engine.docker.networks.list({}, engine.call);
  const chosen = isAsked ? await engine.docker.networks.list(filtersOf(scene), engine.call) : [];
  const names = new Set([...used, ...chosen.map(({ Name }) => Name)]);
  const isOfPart = (scope: string | undefined) =>
    part === "everything" || (part === "swarm") === (scope === "swarm");
  // An agent lists a swarm's network once for each of its nodes.
  const each = new Map(all.map((network) => [network.Id, network]));
  return [...each.values()]
    .filter(({ Scope }) => isOfPart(Scope))
    .filter(({ Name, Ingress }) => names.has(Name) && !PREDEFINED.has(Name) && !Ingress)
    .map(({ Name, Labels, Scope }) => {
      const isOthers = Scope === "swarm" && !info.Swarm?.Cluster;
      const reason = isOthers ? "a swarm's, which only its managers know" : undefined;
      return listed("network", Name, Labels, scene, reason);
    });
}

const attachmentsOf = (containers: readonly ImportableContainer[]) =>
  containers.flatMap(({ inputs }) =>
    (inputs.networks ?? []).map((entry) => (typeof entry === "string" ? { network: entry } : entry)),
  );

/** Without the subnet that the engine picked, unless a container has a fixed address in it. */
function saidOfNetwork({ ipam, ...inputs }: Properties, { info, containers }: Scene): Properties {
  const isFixed = attachmentsOf(containers).some(
    (one) => one.network === inputs["name"] && ("ipv4Address" in one || "ipv6Address" in one),
  );
  const scope = inputs["driver"] === "overlay" ? "swarm" : "local";
  const isOwn = !isFixed && isChosenByEngine(ipam as Ipam | undefined, info, scope);
  return { ...inputs, ...(ipam !== undefined && !isOwn && { ipam }) };
}

/** What a new swarm has. */
const NEW_SWARM: Properties = {
  taskHistoryLimit: 5,
  heartbeatPeriod: 5,
  certificateExpiry: 90 * 24 * 3600,
  snapshotInterval: 10_000,
  autoLock: false,
};

function saidOfSwarm(inputs: Properties): Properties {
  return Object.fromEntries(Object.entries(inputs).filter(([key, value]) => NEW_SWARM[key] !== value));
}
