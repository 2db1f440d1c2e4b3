/** Reads what is on an environment, whoever created it, as inputs for a program and as state: for an import. */
import { BlockList, isIPv4 } from "node:net";
import type { EngineInfo } from "../../contract";
import type { Context } from "../core/definition";
import { isNotFound } from "../core/errors";
import type { ImportableObject, SkippedObject } from "../core/importable";
import { type ImportableContainer, importableContainers } from "./container";
import { canonicalVolume } from "./container/arguments/storage";
import { type Engine, reachEngine } from "./engine";
import { managedAs } from "./identity";
import type { Ipam } from "./ipam";
import { network } from "./network";
import { volume } from "./volume";

export interface ImportableEngine {
  readonly containers: readonly ImportableObject[];
  /** The volumes and networks that these containers use. */
  readonly volumes: readonly ImportableObject[];
  readonly networks: readonly ImportableObject[];
  readonly skipped: readonly SkippedObject[];
}

/**
 * Reads the containers of an environment, and the volumes and networks that they use. Writes nothing. Skips objects
 * that a stack of Pulumi already manages, and objects that belong to a swarm.
 *
 * @param filters the engine's filters for containers: `{ name: ["web"], label: ["team=ops"] }`.
 * @param stacks the stacks whose containers are left out, because each is imported as one resource.
 */
export async function importableEngine(
  context: Context,
  endpointId: number,
  filters: Readonly<Record<string, readonly string[]>>,
  stacks: readonly string[],
): Promise<ImportableEngine> {
  const engine = await reachEngine(context, { endpointId });
  const info = await engine.docker.system.info({}, engine.call);
  const { containers, skipped } = await importableContainers(engine, info, filters, stacks);
  const volumes = await volumesOf(engine, containers);
  const networks = await networksOf(engine, info, containers);
  return {
    containers: containers.map(({ id, inputs, outputs }) => ({ id, inputs, outputs: { ...outputs } })),
    volumes: volumes.found,
    networks: networks.found,
    skipped: [...skipped, ...volumes.skipped, ...networks.skipped],
  };
}

interface Found {
  readonly found: readonly ImportableObject[];
  readonly skipped: readonly SkippedObject[];
}

async function volumesOf(engine: Engine, containers: readonly ImportableContainer[]): Promise<Found> {
  const mounts = containers.flatMap(({ inputs }) => (inputs.volumes ?? []).map(canonicalVolume));
  const names = mounts.flatMap(({ Type, Source }) => (Type === "volume" && Source ? [String(Source)] : []));
  return await objectsOf("volume", names, async (name) => {
    const { Labels } = await engine.docker.volumes.inspect({ params: { name } }, engine.call);
    return managedAs(Labels) ?? (await volume.read(engine.context, `${engine.endpointId}/${name}`, {}));
  });
}

async function networksOf(
  engine: Engine,
  info: EngineInfo,
  containers: readonly ImportableContainer[],
): Promise<Found> {
  const attachments = containers.flatMap(({ inputs }) =>
    (inputs.networks ?? []).map((entry) => (typeof entry === "string" ? { network: entry } : entry)),
  );
  const hasFixedAddress = (name: string) =>
    attachments.some((one) => one.network === name && ("ipv4Address" in one || "ipv6Address" in one));
  const names = attachments.map((one) => one.network);
  const all = names.length === 0 ? [] : await engine.docker.networks.list({}, engine.call);
  return await objectsOf("network", names, async (name) => {
    const listed = all.find(({ Name }) => Name === name);
    if (PREDEFINED.has(name) || !listed) return undefined;
    const reason = listed.Scope === "swarm" ? "it is a swarm's" : managedAs(listed.Labels);
    if (reason !== undefined) return reason;
    const found = await network.read(engine.context, `${engine.endpointId}/${name}`, {});
    if (!found || hasFixedAddress(name) || !isChosenByEngine(found.inputs.ipam, info)) return found;
    const { ipam: _inputs, ...inputs } = found.inputs;
    const { ipam: _outputs, ...outputs } = found.outputs;
    return { ...found, inputs, outputs };
  });
}

/** The networks that every engine has. */
const PREDEFINED: ReadonlySet<string> = new Set(["bridge", "host", "none", "default"]);

/** Reads each object once. An object that was deleted meanwhile is neither found nor reported as skipped. */
async function objectsOf(
  kind: string,
  names: readonly string[],
  read: (name: string) => Promise<ImportableObject | string | undefined>,
): Promise<Found> {
  const distinct = [...new Set(names)].sort();
  const answers = await Promise.all(
    distinct.map((name) =>
      read(name).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      }),
    ),
  );
  return {
    found: answers.filter((one) => typeof one === "object"),
    skipped: answers.flatMap((reason, index) =>
      typeof reason === "string" ? [{ name: `${kind} ${distinct[index]}`, reason }] : [],
    ),
  };
}

/** The address pools of an engine that is not configured with others. */
const POOLS = [
  { Base: "172.16.0.0/12", Size: 16 },
  { Base: "192.168.0.0/16", Size: 20 },
];

/** Whether the engine chose the network's subnet and gateway, as it does for a network without `ipam`. */
function isChosenByEngine(ipam: Ipam | undefined, { DefaultAddressPools }: EngineInfo): boolean {
  const [only, ...more] = ipam?.config ?? [];
  if (!ipam || !only || more.length > 0 || Object.keys(ipam).length > 1) return false;
  const { subnet, gateway, ...further } = only;
  const [network = "", size] = subnet.split("/");
  const isFirst = gateway === undefined || gateway === network.replace(/0$/, "1");
  if (!isFirst || Object.keys(further).length > 0) return false;
  return (DefaultAddressPools ?? POOLS).some(
    ({ Base, Size }) => Size === Number(size) && isIPv4(network) && holds(Base, network),
  );
}

function holds(pool: string, address: string): boolean {
  const [base = "", size] = pool.split("/");
  const list = new BlockList();
  if (isIPv4(base)) list.addSubnet(base, Number(size));
  return list.check(address);
}
