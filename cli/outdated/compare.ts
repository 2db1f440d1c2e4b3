import type { DockerClient } from "../../client";
import type { Endpoint } from "../../contract";
import type { Connection } from "../../provider/connection";
import { messageOf, unlessNotFound } from "../../provider/core/errors";
import { canonicalImage } from "../../provider/docker/image/reference";
import { askRegistry } from "../../provider/docker/remote-image";
import { type RegistryLogins, registryOf } from "./logins";

/**
 * - `current`: the registry has the same image under this tag.
 * - `moved`: it has another one.
 * - `pinned`: the container names its image by digest alone.
 * - `local`: the image was built or loaded on the engine, and is in no registry.
 * - `unknown`: the registry could not be asked.
 */
export type Verdict = "current" | "moved" | "pinned" | "local" | "unknown";

export interface Checked {
  readonly environment: string;
  readonly endpointId: number;
  readonly container: string;
  /** As the container names it, with a tag. */
  readonly image: string;
  readonly verdict: Verdict;
  /** The digest of the container's image, or of a local one its id. */
  readonly current: string;
  /** The digest that the registry has under this tag; null if it was not asked or did not say. */
  readonly latest: string | null;
  /** Why it is unknown; null otherwise. */
  readonly reason: string | null;
}

/** Judges every container of an environment. */
export async function checkEnvironment(
  connection: Connection,
  { Id: endpointId, Name: environment }: Endpoint,
  logins: RegistryLogins,
): Promise<Checked[]> {
  const { client } = connection;
  const latestOf = oncePerKey((image: string) =>
    ask(connection, endpointId, image, logins[registryOf(image)]),
  );
  const containers = await client.docker(endpointId).containers.list({ query: { all: "1" } });
  const checked = await Promise.all(
    containers.map(async ({ Id, Names, Portainer }) => {
      const found = await imageOf(client.docker(endpointId, Portainer?.Agent?.NodeName), Id);
      const container = (Names[0] ?? Id).replace(/^\//, "");
      return found ? [{ environment, endpointId, container, ...(await judge(found, latestOf)) }] : [];
    }),
  );
  return checked.flat().sort((one, other) => one.container.localeCompare(other.container));
}

interface RunningImage {
  /** As the container names it. */
  readonly name: string;
  readonly id: string;
  /** By which digests registries know it. */
  readonly digests: readonly string[];
}

/** `undefined` for a container that has been removed meanwhile. */
async function imageOf({ containers, images }: DockerClient, id: string): Promise<RunningImage | undefined> {
  const container = await unlessNotFound(() => containers.inspect({ params: { id } }));
  if (!container) return undefined;
  const { Config, Image } = container;
  const image = await unlessNotFound(() => images.inspect({ params: { name: Image } }));
  const digests = (image?.RepoDigests ?? []).map((digest) => digest.slice(digest.indexOf("@") + 1));
  return { name: Config.Image, id: Image, digests };
}

type Latest = { readonly digest: string } | { readonly reason: string };

async function judge(
  { name, id, digests }: RunningImage,
  latestOf: (image: string) => Promise<Latest>,
): Promise<Pick<Checked, "image" | "verdict" | "current" | "latest" | "reason">> {
  const [tagged = "", pin] = name.split("@");
  const current = pin ?? digests[0] ?? id;
  const plain = { image: name, current, latest: null, reason: null };
  if (!hasTag(tagged, pin)) return { ...plain, verdict: "pinned" };
  const image = canonicalImage(tagged);
  if (digests.length === 0) return { ...plain, image, verdict: "local" };
  const latest = await latestOf(image);
  if ("reason" in latest) return { ...plain, image, verdict: "unknown", reason: latest.reason };
  const isCurrent = digests.includes(latest.digest);
  return {
    ...plain,
    image,
    verdict: isCurrent ? "current" : "moved",
    current: isCurrent ? latest.digest : current,
    latest: latest.digest,
  };
}

/** `name@sha256:…` and an image's id name no tag; `name` alone means `latest`. */
function hasTag(name: string, pin: string | undefined): boolean {
  if (/^sha256:|^[0-9a-f]{64}$/.test(name)) return false;
  return pin === undefined || name.slice(name.lastIndexOf("/") + 1).includes(":");
}

async function ask(
  connection: Connection,
  endpointId: number,
  image: string,
  credentials: RegistryLogins[string] | undefined,
): Promise<Latest> {
  try {
    const access = { registryId: undefined, credentials };
    const { digest } = await askRegistry(connection, endpointId, image, access, {});
    return { digest };
  } catch (error) {
    return { reason: messageOf(error) };
  }
}

/** Containers of one image share the question. */
function oncePerKey<T>(work: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const found = known.get(key) ?? work(key);
    known.set(key, found);
    return found;
  };
}
