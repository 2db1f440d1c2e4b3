import { isAtLeast, registryAuth } from "../../../contract";
import type { Engine, RegistryCredentials } from "../../gateway";

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

interface RecreateOptions {
  readonly pull: boolean;
  /** Of the registry that an image comes from. */
  readonly credentials: (image: string) => RegistryCredentials | undefined;
}

/** Network modes that are not networks to connect to. */
const NO_NETWORKS = new Set(["host", "none"]);
/** The first minor API version with a MAC address for each network. */
const MAC_BY_NETWORK = "1.44";

/** Replaces a container by a new one of the same configuration. If that fails, restores the old one and throws the reason. */
export async function recreate(engine: Engine, id: string, options: RecreateOptions): Promise<Container> {
  const old = await engine.json<Container>("GET", `/containers/${encodeURIComponent(id)}/json`);
  if (options.pull) await pull(engine, old.Config.Image, options.credentials(old.Config.Image));
  const attachments = await attachmentsOf(engine, old);
  await engine.json("POST", `/containers/${old.Id}/stop`);
  let replacement: string | undefined;
  try {
    await engine.json(
      "POST",
      `/containers/${old.Id}/rename?name=${encodeURIComponent(`${nameOf(old)}-old`)}`,
    );
    for (const [, { NetworkID }] of attachments)
      await engine.json("POST", `/networks/${NetworkID}/disconnect`, { Container: old.Id, Force: true });
    replacement = await create(engine, old, attachments);
    await engine.json("POST", `/containers/${replacement}/start`);
  } catch (cause) {
    await putBack(engine, old, attachments, replacement);
    throw cause;
  }
  await engine.json("DELETE", `/containers/${old.Id}`).catch(() => undefined);
  return engine.json<Container>("GET", `/containers/${replacement}/json`);
}

type Attachments = readonly (readonly [network: string, Attachment])[];

const nameOf = ({ Name }: Container): string => Name.replace(/^\//, "");

async function attachmentsOf(engine: Engine, { NetworkSettings }: Container): Promise<Attachments> {
  const { ApiVersion = "" } = await engine.json<{ ApiVersion?: string }>("GET", "/version");
  const keepsMac = isAtLeast(ApiVersion, MAC_BY_NETWORK);
  return Object.entries(NetworkSettings.Networks)
    .filter(([name]) => !NO_NETWORKS.has(name))
    .map(([name, attachment]) => [name, keepsMac ? attachment : { ...attachment, MacAddress: "" }] as const);
}

/** One network comes with the creation, the others after it: older engines take no more than one. */
async function create(engine: Engine, old: Container, attachments: Attachments): Promise<string> {
  const [first, ...others] = attachments;
  const { Id } = await engine.json<{ Id: string }>(
    "POST",
    `/containers/create?name=${encodeURIComponent(nameOf(old))}`,
    {
      ...old.Config,
      HostConfig: old.HostConfig,
      NetworkingConfig: { EndpointsConfig: first ? { [first[0]]: first[1] } : {} },
    },
  );
  try {
    for (const [, attachment] of others) await connect(engine, Id, attachment);
  } catch (cause) {
    await engine.json("DELETE", `/containers/${Id}?force=1`).catch(() => undefined);
    throw cause;
  }
  return Id;
}

const connect = (engine: Engine, Container: string, attachment: Attachment) =>
  engine.json("POST", `/networks/${attachment.NetworkID}/connect`, { Container, EndpointConfig: attachment });

/** Restores the old container. Errors are ignored, so that they do not hide the original one. */
async function putBack(engine: Engine, old: Container, attachments: Attachments, replacement?: string) {
  const quietly = (work: Promise<unknown>) => work.catch(() => undefined);
  if (replacement) await quietly(engine.json("DELETE", `/containers/${replacement}?force=1`));
  await quietly(engine.json("POST", `/containers/${old.Id}/rename?name=${encodeURIComponent(nameOf(old))}`));
  for (const [, attachment] of attachments) await quietly(connect(engine, old.Id, attachment));
  await quietly(engine.json("POST", `/containers/${old.Id}/start`));
}

async function pull(engine: Engine, image: string, credentials?: RegistryCredentials) {
  const path = `/images/create?fromImage=${encodeURIComponent(image)}${/[:@][^/]+$/.test(image) ? "" : "&tag=latest"}`;
  const { status, body } = await engine.ask("POST", path, undefined, {
    headers: registryAuth(credentials),
  });
  const text = body.toString();
  if (status !== 200 || text.includes('"error"'))
    throw new Error(`pull image error ${image}: ${text.slice(-500).trim()}`);
}
