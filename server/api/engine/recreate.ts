import { isAtLeast, registryAuth } from "../../../contract";
import { callEngine } from "../../engine-call";
import type { GatewayEnvironment, RegistryCredentials } from "../../gateway/host";

interface Container {
  readonly Id: string;
  /** With a slash before it. */
  readonly Name: string;
  readonly Config: { readonly Image: string };
  readonly HostConfig: object;
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, Attachment>> };
}

interface Attachment {
  readonly NetworkID: string;
  readonly MacAddress?: string;
}

interface Wish {
  readonly pull: boolean;
  /** Of the registry that an image comes from. */
  readonly credentials: (image: string) => RegistryCredentials | undefined;
}

/** These are how a container is, not what it is attached to. */
const NO_NETWORKS = new Set(["host", "none"]);
/** The first engine that takes a MAC address for each network. */
const MAC_BY_NETWORK = "1.44";

/** Puts a new container of the same description in the place of one. If that fails, the old one is back. Throws the reason. */
export async function recreate(environment: GatewayEnvironment, id: string, wish: Wish): Promise<Container> {
  const ask = asker(environment);
  const old = await ask<Container>("GET", `/containers/${encodeURIComponent(id)}/json`);
  if (wish.pull) await pull(environment, old.Config.Image, wish.credentials(old.Config.Image));
  const attachments = await attachmentsOf(ask, old);
  await ask("POST", `/containers/${old.Id}/stop`);
  let replacement: string | undefined;
  try {
    await ask("POST", `/containers/${old.Id}/rename?name=${encodeURIComponent(`${nameOf(old)}-old`)}`);
    for (const [, { NetworkID }] of attachments)
      await ask("POST", `/networks/${NetworkID}/disconnect`, { Container: old.Id, Force: true });
    replacement = await create(ask, old, attachments);
    await ask("POST", `/containers/${replacement}/start`);
  } catch (cause) {
    await putBack(ask, old, attachments, replacement);
    throw cause;
  }
  await ask("DELETE", `/containers/${old.Id}`).catch(() => undefined);
  return ask<Container>("GET", `/containers/${replacement}/json`);
}

type Ask = <T>(method: "GET" | "POST" | "DELETE", path: string, body?: object) => Promise<T>;
type Attachments = readonly (readonly [network: string, Attachment])[];

function asker(environment: GatewayEnvironment): Ask {
  return async <T>(method: "GET" | "POST" | "DELETE", path: string, body?: object) => {
    const { status, text } = await callEngine(environment, { method, path, body });
    // 304: it is so already.
    if (status >= 400) throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 500).trim()}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };
}

const nameOf = ({ Name }: Container): string => Name.replace(/^\//, "");

async function attachmentsOf(ask: Ask, { NetworkSettings }: Container): Promise<Attachments> {
  const { ApiVersion = "" } = await ask<{ ApiVersion?: string }>("GET", "/version");
  const keepsMac = isAtLeast(ApiVersion, MAC_BY_NETWORK);
  return Object.entries(NetworkSettings.Networks)
    .filter(([name]) => !NO_NETWORKS.has(name))
    .map(([name, attachment]) => [name, keepsMac ? attachment : { ...attachment, MacAddress: "" }] as const);
}

/** One network comes with the creation, the others after it: older engines take no more than one. */
async function create(ask: Ask, old: Container, attachments: Attachments): Promise<string> {
  const [first, ...others] = attachments;
  const { Id } = await ask<{ Id: string }>(
    "POST",
    `/containers/create?name=${encodeURIComponent(nameOf(old))}`,
    {
      ...old.Config,
      HostConfig: old.HostConfig,
      NetworkingConfig: { EndpointsConfig: first ? { [first[0]]: first[1] } : {} },
    },
  );
  try {
    for (const [, attachment] of others) await connect(ask, Id, attachment);
  } catch (cause) {
    await ask("DELETE", `/containers/${Id}?force=1`).catch(() => undefined);
    throw cause;
  }
  return Id;
}

const connect = (ask: Ask, Container: string, attachment: Attachment) =>
  ask("POST", `/networks/${attachment.NetworkID}/connect`, { Container, EndpointConfig: attachment });

/** As far as it goes: what fails here would hide why it was necessary. */
async function putBack(ask: Ask, old: Container, attachments: Attachments, replacement?: string) {
  const quietly = (work: Promise<unknown>) => work.catch(() => undefined);
  if (replacement) await quietly(ask("DELETE", `/containers/${replacement}?force=1`));
  await quietly(ask("POST", `/containers/${old.Id}/rename?name=${encodeURIComponent(nameOf(old))}`));
  for (const [, attachment] of attachments) await quietly(connect(ask, old.Id, attachment));
  await quietly(ask("POST", `/containers/${old.Id}/start`));
}

async function pull(environment: GatewayEnvironment, image: string, credentials?: RegistryCredentials) {
  const path = `/images/create?fromImage=${encodeURIComponent(image)}${/[:@][^/]+$/.test(image) ? "" : "&tag=latest"}`;
  const { status, text } = await callEngine(environment, {
    method: "POST",
    path,
    headers: registryAuth(credentials),
  });
  if (status !== 200 || text.includes('"error"'))
    throw new Error(`pull image error ${image}: ${text.slice(-500).trim()}`);
}
