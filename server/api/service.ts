import { registryAuth } from "../../contract";
import { type Engine, EngineRefusal, type RegistryCredentials } from "../gateway";
import { HttpError } from "../http-error";

interface Service {
  readonly Version: { readonly Index: number };
  readonly Spec: {
    readonly TaskTemplate: {
      readonly ForceUpdate?: number;
      readonly ContainerSpec: { readonly Image: string };
      readonly Placement?: object;
    };
  };
}

interface Restart {
  readonly serviceId: string;
  /** The tag or digest to use instead of the current one. */
  readonly tag?: string | undefined;
  readonly pull?: boolean | undefined;
  readonly credentials?: RegistryCredentials | undefined;
}

/** Makes a swarm restart the tasks of a service. */
export async function restartService(engine: Engine, restart: Restart, failure = "Error updating service") {
  const service = await inspectService(engine, restart.serviceId);
  const { TaskTemplate } = service.Spec;
  const image = tagged(imageFor(TaskTemplate.ContainerSpec.Image, restart));
  const headers = registryAuth(restart.credentials);
  if (restart.tag) await pull(engine, image, headers);
  const pinned = await pin(engine, image, headers);
  const path = `/services/${encodeURIComponent(restart.serviceId)}/update?version=${service.Version.Index}`;
  const spec = {
    ...service.Spec,
    TaskTemplate: {
      ...TaskTemplate,
      ForceUpdate: (TaskTemplate.ForceUpdate ?? 0) + 1,
      ContainerSpec: { ...TaskTemplate.ContainerSpec, Image: pinned?.image ?? image },
      ...(pinned &&
        pinned.platforms.length > 0 && {
          Placement: { ...TaskTemplate.Placement, Platforms: pinned.platforms },
        }),
    },
  };
  const { Warnings } = await engine
    .json<{ Warnings?: string[] | null }>("POST", path, spec, { headers })
    .catch(refused(500, failure));
  return { Warnings: pinned ? (Warnings ?? null) : [...(Warnings ?? []), notPinned(image)] };
}

async function inspectService(engine: Engine, id: string): Promise<Service> {
  if (id === "") throw new HttpError(500, "Error looking up service", "no such service");
  const path = `/services/${encodeURIComponent(id)}?insertDefaults=true`;
  return engine.json<Service>("GET", path).catch(refused(500, "Error looking up service"));
}

/** A digest would pin the old image: it goes when a new one is asked for. */
function imageFor(image: string, { tag, pull: isPulled }: Restart): string {
  const [name = ""] = image.split("@");
  if (!tag) return isPulled ? name : image;
  const base = name.replace(/:[^:/]+$/, "");
  return tag.startsWith("sha256:") ? `${base}@${tag}` : `${base}:${tag}`;
}

/** As Docker's own client names an image: without its default registry, and with a tag. */
function tagged(image: string): string {
  const name = image.replace(/^docker\.io\/(?:library\/)?/, "");
  return /[:@][^/]+$/.test(name) ? name : `${name}:latest`;
}

interface Distribution {
  readonly Descriptor: { readonly digest: string };
  readonly Platforms?: readonly { readonly architecture: string; readonly os: string }[] | null;
}

/**
 * Adds to an image's name the digest that its registry has for it, so that every node runs the same; undefined when
 * the registry does not tell. Docker's client does so before it updates a service, and Portainer uses that client.
 */
async function pin(engine: Engine, image: string, headers: Record<string, string>) {
  const answer = await engine.ask("GET", `/distribution/${encodeURI(image)}/json`, undefined, { headers });
  if (answer.status !== 200) return undefined;
  const { Descriptor, Platforms } = JSON.parse(answer.body.toString()) as Distribution;
  return {
    image: image.includes("@") ? image : `${image}@${Descriptor.digest}`,
    platforms: (Platforms ?? []).map(({ os, architecture }) => ({
      // Registries say `arm` where nodes say `armv7l`.
      Architecture: architecture.toLowerCase() === "arm" ? "" : architecture,
      OS: os,
    })),
  };
}

/** Word for word as Docker's client warns. */
const notPinned = (image: string): string =>
  `image ${image} could not be accessed on a registry to record\nits digest. Each node will access ${image} independently,\npossibly leading to different nodes running different\nversions of the image.\n`;

async function pull(engine: Engine, image: string, headers: Record<string, string>) {
  const path = `/images/create?fromImage=${encodeURIComponent(image)}`;
  const answer = await engine.ask("POST", path, undefined, { headers });
  if (answer.status === 200 && !answer.body.includes('"error"')) return;
  refused(404, "Error pulling image with the specified tag")(new EngineRefusal("POST", path, answer));
}

/** The engine's refusal with this status and message. */
const refused =
  (status: number, message: string) =>
  (cause: unknown): never => {
    throw cause instanceof EngineRefusal ? new HttpError(status, message, cause.reason) : cause;
  };
