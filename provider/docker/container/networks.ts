/** Connects a container to networks, disconnects it, and decides whether that works while it runs. */
import type { ContainerInspect } from "../../../contract";
import { equal } from "../../core/diff";
import { mayHaveHappened } from "../../core/lost-answer";
import type { Engine } from "../engine";
import type { ContainerInputs } from "./arguments";
import type { Wire } from "./arguments/argument";
import {
  APART,
  type Attachment,
  actualNetworks,
  attachments,
  type NetworkInput,
  nameIn,
  networkArguments,
} from "./arguments/networks";
import { findById } from "./calls";

export async function connect(engine: Engine, id: string, network: string, config: Wire): Promise<void> {
  const { docker, call } = engine;
  try {
    await docker.networks.connect(
      { params: { id: network }, body: { Container: id, EndpointConfig: config } },
      call,
    );
  } catch (error) {
    if (!mayHaveHappened(error) || !(await isConnected(engine, id, network))) throw error;
  }
}

export async function disconnect(engine: Engine, id: string, network: string): Promise<void> {
  const { docker, call } = engine;
  try {
    await docker.networks.disconnect({ params: { id: network }, body: { Container: id } }, call);
  } catch (error) {
    if (!mayHaveHappened(error) || (await isConnected(engine, id, network))) throw error;
  }
}

async function isConnected(engine: Engine, id: string, network: string): Promise<boolean> {
  const container = await findById(engine, id);
  return container !== undefined && network in actualNetworks(container);
}

/**
 * Connects and disconnects a container until it is on exactly the desired networks.
 *
 * @param before the inputs last applied: a connection whose details changed since then is made again.
 */
export async function rewire(
  engine: Engine,
  container: ContainerInspect,
  before: readonly NetworkInput[],
  desired: readonly NetworkInput[],
): Promise<void> {
  const actual = actualNetworks(container);
  const nameOf = ({ network }: Attachment) =>
    Object.entries(actual).find(([name, { NetworkID }]) => name === network || NetworkID === network)?.[0];
  const attached = attachments(desired);
  const kept = new Set<string>();
  for (const [index, attachment] of attached.entries()) {
    const name = nameOf(attachment);
    const entry = desired[index];
    const isStill =
      entry !== undefined && before.every((old) => nameIn(old) !== nameIn(entry) || isSame([old], [entry]));
    if (name !== undefined && isStill && isAsDesired(container, entry)) {
      kept.add(name);
      continue;
    }
    if (name !== undefined) await disconnect(engine, container.Id, name);
    await connect(engine, container.Id, attachment.network, attachment.config);
    if (name !== undefined) kept.add(name);
  }
  for (const name of Object.keys(actual)) {
    if (!kept.has(name)) await disconnect(engine, container.Id, name);
  }
}

type Joined = Pick<Partial<ContainerInputs>, "networks" | "networkMode">;

/**
 * Whether the engine can move a running container from its networks to others. It cannot if the container uses, or is
 * to use, the host's network, another container's, or none. And newer engines start no container whose first network,
 * the one that it was created on, is gone: a container that leaves it would not survive a restart.
 */
export function canBeRewired(before: Joined, after: Joined): boolean {
  const first = before.networks?.[0];
  return (
    !isApart(before) &&
    !isApart(after) &&
    !joinsWithMac(before.networks ?? [], after.networks ?? []) &&
    (first === undefined || isDefault(nameIn(first)) || isAmong(after.networks ?? [], nameIn(first)))
  );
}

const isDefault = (network: string): boolean => network === "bridge" || network === "default";

const isAmong = (networks: readonly NetworkInput[], ...names: readonly unknown[]): boolean =>
  networks.some((entry) => names.includes(nameIn(entry)));

/**
 * Whether the inputs drop the network that the container was created on. It is read from the container, because the
 * order of the inputs does not show it.
 */
export function leavesFirstNetwork(
  container: ContainerInspect,
  { networks }: Pick<ContainerInputs, "networks">,
): boolean {
  const first = String(container.HostConfig["NetworkMode"] ?? "default");
  if (!networks || isDefault(first) || APART.test(first)) return false;
  return !isAmong(networks, first, actualNetworks(container)[first]?.["NetworkID"]);
}

function isApart({ networks, networkMode }: Joined): boolean {
  const names = networks?.map(nameIn) ?? [networkMode ?? "bridge"];
  return names.length === 0 || names.some((name) => APART.test(name));
}

/** A MAC address can only be set at creation. An engine that connects a running container generates one. */
function joinsWithMac(before: readonly NetworkInput[], desired: readonly NetworkInput[]): boolean {
  return desired.some(
    (entry) =>
      typeof entry !== "string" &&
      entry.macAddress !== undefined &&
      !before.some((old) => isSame([old], [entry])),
  );
}

function isAsDesired(container: ContainerInspect, desired: NetworkInput): boolean {
  const { read } = networkArguments.networks;
  const actual = read(container, [desired]).filter((entry) => nameIn(entry) === nameIn(desired));
  return isSame(actual, [desired]);
}

function isSame(left: NetworkInput[], right: NetworkInput[]): boolean {
  const { normalize } = networkArguments.networks;
  return equal(normalize(left), normalize(right));
}
