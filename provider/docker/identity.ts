/** The ids of an engine's objects in Pulumi, and the label that names the resource that created an object. */
import { z } from "zod";
import { noneIfEmpty } from "../core/diff";
import { ProviderError } from "../core/errors";
import type { Engine } from "./engine";

/**
 * The URN of the resource that created an object. The label says who may own the object; only the state says who does.
 */
export const URN_LABEL = "io.pulumi.portainer.urn";

/** Says which resource manages an object with these labels; `undefined` if they name none. */
export function managedAs(labels: Readonly<Record<string, string>> | null | undefined): string | undefined {
  const urn = labels?.[URN_LABEL];
  return urn === undefined ? undefined : `already managed by Pulumi as ${urn}`;
}

/** What Docker's clients label the parts of a stack with: of Compose, and of a swarm. */
const STACK_LABELS = ["com.docker.compose.project", "com.docker.stack.namespace"];

/** Says which of these stacks an object with these labels belongs to; `undefined` if to none. */
export function partOf(labels: Texts | null | undefined, stacks: readonly string[]): string | undefined {
  const stack = STACK_LABELS.map((label) => labels?.[label]).find(
    (name) => name !== undefined && stacks.includes(name),
  );
  return stack === undefined ? undefined : `a part of the stack "${stack}"`;
}

export const TextsSchema = z.record(z.string(), z.string());
export type Texts = Readonly<Record<string, string>>;

/**
 * What Docker Compose notes about an object that it makes: its own version, a hash, and where the files were. They say
 * nothing about what the object is, so they are not compared.
 */
const COMPOSE_NOTES: ReadonlySet<string> = new Set(
  [
    "config-hash",
    "depends_on",
    "image",
    "project.config_files",
    "project.environment_file",
    "project.working_dir",
    "replace",
    "version",
  ].map((key) => `com.docker.compose.${key}`),
);

/** The labels in the form in which they are compared; `null` if there are none. */
export const comparableLabels = (labels: Texts | null | undefined): Texts | null =>
  noneIfEmpty(
    Object.fromEntries(Object.entries(labels ?? {}).filter(([label]) => !COMPOSE_NOTES.has(label))),
  );

/** The labels to create an object with: the program's, and the URN of the resource. */
export const labelsWith = (labels: Texts | undefined, { context: { urn } }: Engine): Texts => ({
  ...labels,
  ...(urn !== undefined && { [URN_LABEL]: urn }),
});

/** The labels of an object, without our own. */
export function labelsOf({ Labels }: { readonly Labels?: Texts | null | undefined }): Texts {
  const { [URN_LABEL]: _ours, ...labels } = Labels ?? {};
  return labels;
}

/** `1/web`: the environment, and the name that the object was created with. */
export const idOf = (endpointId: number | string, name: string): string => `${endpointId}/${name}`;

/** Parses an id: `1/web`, `1/3f2ac1…`, `1/node-2/web`, or a name on the provider's environment. */
export function parseId(
  id: string,
  defaultEndpointId: number | undefined,
  what = "container",
): { endpointId: number; nodeName: string | undefined; nameOrId: string } {
  const [, endpoint, nodeName, nameOrId] = /^(?:(\d+)\/(?:([^/]+)\/)?)?([a-zA-Z0-9][\w.-]*)$/.exec(id) ?? [];
  const endpointId = endpoint === undefined ? defaultEndpointId : Number(endpoint);
  if (nameOrId !== undefined && endpointId !== undefined) return { endpointId, nodeName, nameOrId };
  throw new ProviderError(
    `"${id}" is not the id of a ${what}: write "1/web" (environment and name) or "1/3f2ac1…" (environment and engine id), on a node of an agent "1/node-2/web"`,
  );
}
