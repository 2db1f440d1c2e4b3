import { callEngine } from "../engine-call";
import type { GatewayEnvironment, RegistryCredentials } from "../gateway/host";
import { HttpError } from "../http-error";

interface Service {
  readonly Version: { readonly Index: number };
  readonly Spec: {
    readonly TaskTemplate: {
      readonly ForceUpdate?: number;
      readonly ContainerSpec: { readonly Image: string };
    };
  };
}

interface Wish {
  readonly serviceId: string;
  /** Replaces the tag, or digest, of the service's image. */
  readonly tag?: string | undefined;
  readonly pull?: boolean | undefined;
  readonly credentials?: RegistryCredentials | undefined;
}

/** Makes a swarm start a service's tasks anew. */
export async function restartService(
  environment: GatewayEnvironment,
  wish: Wish,
  failure = "Error updating service",
) {
  const service = await inspectService(environment, wish.serviceId);
  const { TaskTemplate } = service.Spec;
  const Image = imageFor(TaskTemplate.ContainerSpec.Image, wish);
  const headers = authHeaders(wish.credentials);
  if (wish.tag) await pull(environment, Image, headers);
  const answer = await callEngine(environment, {
    method: "POST",
    path: `/services/${encodeURIComponent(wish.serviceId)}/update?version=${service.Version.Index}`,
    headers,
    body: {
      ...service.Spec,
      TaskTemplate: {
        ...TaskTemplate,
        ForceUpdate: (TaskTemplate.ForceUpdate ?? 0) + 1,
        ContainerSpec: { ...TaskTemplate.ContainerSpec, Image },
      },
    },
  });
  if (answer.status !== 200) throw new HttpError(500, failure, reasonIn(answer.text));
  return JSON.parse(answer.text) as { Warnings?: string[] | null };
}

async function inspectService(environment: GatewayEnvironment, id: string): Promise<Service> {
  if (id === "") throw new HttpError(500, "Error looking up service", "no such service");
  const path = `/services/${encodeURIComponent(id)}?insertDefaults=true`;
  const answer = await callEngine(environment, { method: "GET", path });
  if (answer.status !== 200) throw new HttpError(500, "Error looking up service", reasonIn(answer.text));
  return JSON.parse(answer.text) as Service;
}

/** A digest would pin the old image: it goes when a new one is asked for. */
function imageFor(image: string, { tag, pull: isPulled }: Wish): string {
  const [name = ""] = image.split("@");
  if (!tag) return isPulled ? name : image;
  const base = name.replace(/:[^:/]+$/, "");
  return tag.startsWith("sha256:") ? `${base}@${tag}` : `${base}:${tag}`;
}

async function pull(environment: GatewayEnvironment, image: string, headers: Record<string, string>) {
  const path = `/images/create?fromImage=${encodeURIComponent(image)}`;
  const answer = await callEngine(environment, { method: "POST", path, headers });
  if (answer.status !== 200 || answer.text.includes('"error"'))
    throw new HttpError(404, "Error pulling image with the specified tag", reasonIn(answer.text));
}

function authHeaders(credentials: RegistryCredentials | undefined): Record<string, string> {
  if (!credentials) return {};
  return { "X-Registry-Auth": Buffer.from(JSON.stringify(credentials)).toString("base64url") };
}

function reasonIn(text: string): string {
  return /"(?:message|error)":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.slice(0, 500);
}
