/**
 * Recreates a network under its name. An engine cannot change a network, and does not delete one that containers use.
 */
import { isApiError } from "../../client";
import { type ContainerInspect, type NetworkInspect, ResourceType } from "../../contract";
import { isNotFound, messageOf, ProviderError } from "../core/errors";
import { repeatIfLost } from "../core/lost-answer";
import { type Controlled, copyAccess } from "./access";
import { findById, listContainers, nameOfContainer } from "./container/calls";
import { actualNetworks, connect, disconnect } from "./container/networks";
import { whyItCarriesTheConnection } from "./container/own-connection";
import { at, type Wire, withoutEmpty } from "./container/wire";
import { afterwards, type Engine } from "./engine";
import type { Texts } from "./identity";

/** Time limit for restoring the old network, in seconds. */
const PUT_BACK_SECONDS = 60;

/** A container on the network, running or not, and how it is connected. */
interface Member {
  readonly id: string;
  readonly name: string;
  readonly config: Wire;
}

/**
 * Disconnects the containers of a network, replaces the network, and connects them again as they were. If that fails,
 * the old network is created again as it was, with its containers.
 *
 * @param make creates the new network, which has the same name.
 */
export async function recreateNetwork(
  engine: Engine,
  old: NetworkInspect,
  make: () => Promise<NetworkInspect>,
): Promise<NetworkInspect> {
  if (old.Scope === "swarm") await requireNoServices(engine, old);
  const members = await membersOf(engine, old);
  try {
    engine.context.progress("disconnecting its containers");
    await takeDown(engine, old.Id, members);
    const made = await make();
    engine.context.progress("connecting its containers again");
    for (const member of members) await connectAgain(engine, old.Name, member);
    return made;
  } catch (error) {
    throw await putBack(afterwards(engine, PUT_BACK_SECONDS), old, members, error);
  }
}

/** A swarm deletes no network that is in a service's specification, and connects the containers of tasks itself. */
async function requireNoServices({ docker, call }: Engine, { Id, Name }: NetworkInspect): Promise<void> {
  const services = await docker.services.list({}, call);
  const names = services.flatMap(({ Spec }) => {
    const networks = (at(Spec, ["TaskTemplate", "Networks"]) ?? []) as readonly { Target?: string }[];
    return networks.some(({ Target }) => Target === Id || Target === Name) ? [Spec.Name] : [];
  });
  if (names.length === 0) return;
  throw new ProviderError(
    `the network "${Name}" cannot be recreated: the services ${names.join(", ")} are on it. Nothing was changed. ` +
      "Give the network another `name`: the new one is made first, and services that have the resource move over to it.",
  );
}

async function membersOf(engine: Engine, { Id, Name }: NetworkInspect): Promise<Member[]> {
  const members: Member[] = [];
  for (const listed of await listContainers(engine, { network: [Id, Name] })) {
    const container = await findById(engine, listed.Id);
    const endpoint = container && actualNetworks(container)[Name];
    if (!endpoint) continue;
    await requireReachable(engine, container, Name);
    members.push({
      id: container.Id,
      name: nameOfContainer(container),
      config: configOf(container, endpoint),
    });
  }
  return members;
}

async function requireReachable(engine: Engine, container: ContainerInspect, network: string): Promise<void> {
  const reason = await whyItCarriesTheConnection(engine, container);
  if (reason === undefined) return;
  throw new ProviderError(
    `the network "${network}" cannot be recreated through Portainer: "${nameOfContainer(container)}" is on it, and ${reason}. ` +
      "Nothing was changed. Give the network another `name`, so that the new one is made first.",
  );
}

/** The part of a connection that was configured. The engine adds the container's own names and the addresses. */
function configOf({ Id }: ContainerInspect, endpoint: Wire): Wire {
  const aliases = ((endpoint["Aliases"] ?? []) as string[]).filter((alias) => !Id.startsWith(alias));
  return withoutEmpty({
    IPAMConfig: endpoint["IPAMConfig"],
    Links: endpoint["Links"],
    Aliases: aliases,
    DriverOpts: endpoint["DriverOpts"],
    GwPriority: endpoint["GwPriority"],
  });
}

async function takeDown(engine: Engine, id: string, members: readonly Member[]): Promise<void> {
  const { docker, call } = engine;
  for (const member of members) await disconnect(engine, member.id, id);
  try {
    await repeatIfLost(() => docker.networks.delete({ params: { id } }, call));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** A fixed address may be outside the new network. Then the engine chooses one, until the container's own update. */
async function connectAgain(engine: Engine, network: string, { id, name, config }: Member): Promise<void> {
  try {
    await connect(engine, id, network, config);
  } catch (error) {
    const { IPAMConfig, ...others } = config;
    if (IPAMConfig === undefined || !isApiError(error)) throw error;
    await connect(engine, id, network, others);
    engine.context.warn(`"${name}" could not keep its fixed address: ${messageOf(error)}`);
  }
}

async function putBack(
  engine: Engine,
  old: NetworkInspect,
  members: readonly Member[],
  error: unknown,
): Promise<Error> {
  const { docker, call, context } = engine;
  context.progress("putting the old network back");
  const reason = `the network "${old.Name}" could not be recreated: ${messageOf(error)}`;
  try {
    const present = await docker.networks.list({ query: filterByName(old.Name) }, call);
    const there = present.filter(({ Name }) => Name === old.Name);
    for (const { Id } of there.filter((network) => network.Id !== old.Id)) {
      await takeDown(engine, Id, await connectedTo(engine, old.Name, members));
    }
    if (!there.some(({ Id }) => Id === old.Id)) await createAgain(engine, old);
    const connected = new Set((await connectedTo(engine, old.Name, members)).map(({ id }) => id));
    for (const member of members) {
      if (!connected.has(member.id)) await connect(engine, member.id, old.Name, member.config);
    }
    return new ProviderError(`${reason}\nThe network is as before, with its containers.`);
  } catch (failure) {
    const names = members.map(({ name }) => name).join(", ");
    return new ProviderError(
      `${reason}\nPutting it back was not finished: ${messageOf(failure)}. Run \`pulumi refresh\` and \`pulumi up\`; these containers were on it: ${names}.`,
    );
  }
}

async function createAgain(engine: Engine, old: NetworkInspect): Promise<void> {
  const { docker, call } = engine;
  const { Id } = await docker.networks.create({ body: bodyOf(old) }, call);
  const made = await docker.networks.inspect({ params: { id: Id } }, call);
  await copyAccess(engine, old.Portainer?.ResourceControl, controlledNetwork(made));
}

/** How Portainer's resource controls name a network. */
export const controlledNetwork = ({ Id, Portainer }: NetworkInspect): Controlled => ({
  type: ResourceType.network,
  id: Id,
  control: Portainer?.ResourceControl,
});

async function connectedTo(engine: Engine, network: string, members: readonly Member[]): Promise<Member[]> {
  const now = await Promise.all(members.map(({ id }) => findById(engine, id)));
  return members.filter((_member, index) => network in actualNetworks(now[index]));
}

/** Finds all networks of that name, among others: an engine takes it as a pattern, and a swarm as the whole name. */
export const filterByName = (name: string) => ({ filters: JSON.stringify({ name: [name] }) });

const VXLAN = "com.docker.network.driver.overlay.vxlanid_list";

/** The engine numbers overlay networks itself, and shows the number among the options. */
export function ownOptions(options: NetworkInspect["Options"], desired: Texts | undefined): Texts {
  const { [VXLAN]: number, ...others } = options ?? {};
  return number !== undefined && desired?.[VXLAN] !== undefined ? { ...others, [VXLAN]: number } : others;
}

/** The body that creates a network again as the engine showed it, with the same subnets. */
const bodyOf = ({
  Name,
  Driver,
  Internal,
  Attachable,
  Ingress,
  EnableIPv6,
  Options,
  Labels,
  IPAM,
}: NetworkInspect) => ({
  Name,
  CheckDuplicate: true,
  Driver,
  Internal,
  Attachable,
  ...(Ingress && { Ingress }),
  EnableIPv6,
  Options: ownOptions(Options, undefined),
  Labels: Labels ?? {},
  IPAM: { Driver: at(IPAM, ["Driver"]), Options: at(IPAM, ["Options"]), Config: at(IPAM, ["Config"]) },
});
