/** Compares the objects of a Compose project with its files, and reads them as the state of a `ComposeProject`. */
import type { z } from "zod";
import { type Planned, Reference, SecretText } from "../../compose";
import type { Connection } from "../../provider/connection";
import type { SettingTexts } from "../../provider/core/connection-settings";
import type { Definition } from "../../provider/core/definition";
import { equal } from "../../provider/core/diff";
import { ProviderError } from "../../provider/core/errors";
import { isMap, type Properties } from "../../provider/core/properties";
import { stepsOf } from "../../provider/core/steps";
import { Config, Container, Image, Network, Secret, Service, Volume } from "../../provider/definitions";
import { comparableLabels, idOf } from "../../provider/docker/identity";
import { contextOf, say } from "./context";
import type { ImportedResource } from "./resources";

const DEFINITIONS = { Config, Container, Image, Network, Secret, Service, Volume };

/** A project, and where it runs. */
export interface Scene {
  readonly connection: Connection;
  readonly settings: SettingTexts;
  readonly place: { readonly endpointId: number; readonly nodeName?: string };
  /** The project's name, which its resource has too. */
  readonly project: string;
  readonly planned: readonly Planned[];
  /** Whether the project has an object of this kind and name. */
  has(kind: Planned["kind"], name: string): boolean;
}

export interface Takeover {
  /** What is there, with the values that it has where these are others than in the files. */
  readonly taken: readonly ImportedResource[];
  /** What differs from the files, and what is not there; a sentence each. */
  readonly remarks: readonly string[];
}

/** @throws ProviderError for an object that the files describe in a way that no resource takes. */
export async function takeOver(scene: Scene): Promise<Takeover> {
  const taken = new Map<string, ImportedResource>();
  const remarks: string[] = [];
  // One after the other: a container may refer to the id of one before it.
  for (const one of scene.planned) {
    const what = `${one.kind.toLowerCase()} ${one.args["name"]}`;
    const found = await takeOne(scene, one, taken);
    if (!found) remarks.push(`Not there: ${what}: \`pulumi up\` makes it.`);
    else {
      taken.set(one.key, found.resource);
      if (found.differences.length > 0)
        remarks.push(`Differs: ${what}: ${found.differences.join(", ")}.${found.consequence}`);
    }
  }
  return { taken: [...taken.values()], remarks };
}

async function takeOne(scene: Scene, one: Planned, taken: ReadonlyMap<string, ImportedResource>) {
  const { connection, settings, place, project } = scene;
  const { kind: type, suffix, args } = one;
  const name = `${project}-${suffix}`;
  const definition = DEFINITIONS[type] as unknown as Definition<z.ZodObject, object>;
  const steps = stepsOf(definition);
  const given = filled(args, scene.planned, taken) as Properties;
  const call = { urn: undefined, settings, holder: "import" };
  const { inputs, failures } = steps.check(call, { ...place, ...given });
  const [failure] = failures;
  if (failure) throw new ProviderError(`${name}: ${failure.property}: ${failure.reason}`);

  const objectName = String(inputs["name"]);
  // An image may be one that others have pulled or built: it belongs to no project.
  if (type !== "Image" && !scene.has(type, objectName)) return undefined;
  const context = contextOf(connection, (message) => say(`${name}: ${message}`));
  const found = await definition.read(context, idOf(place.endpointId, objectName), {
    nodeName: place.nodeName,
  });
  if (!found) return undefined;
  const isInput = (key: string) => key in definition.properties;
  const outputs = Object.fromEntries(Object.entries(found.outputs).filter(([key]) => !isInput(key)));
  // As a refresh reads it: what is as the files say is spelled as they spell it.
  const now = await definition.read(context, found.id, { ...inputs, ...outputs } as never);
  if (!now) return undefined;
  const actual: Properties = now.inputs;
  const { changed } = steps.diff(call, now.id, now.outputs, inputs);
  const explained = definition.explain?.(changed, now.outputs as never, inputs as never);
  return {
    resource: { type, name, id: now.id, inputs: actual, outputs: { ...now.outputs } },
    differences: changed.flatMap((key) => differencesIn(key, actual[key], inputs[key])),
    consequence: explained === undefined ? "" : ` At \`pulumi up\` ${explained}`.replace(/\.?$/, "."),
  };
}

/** The arguments with values in the places of other resources: those by which the engine knows them. */
function filled(
  value: unknown,
  planned: readonly Planned[],
  taken: ReadonlyMap<string, ImportedResource>,
  key = "",
): unknown {
  if (value instanceof SecretText) return value.text;
  if (value instanceof Reference) {
    const { outputs } = taken.get(value.key) ?? {};
    const known = outputs?.["reference"] ?? outputs?.["containerId"];
    const text = String(known ?? planned.find((one) => one.key === value.key)?.args["name"]);
    return key.endsWith("Mode") ? `container:${text}` : text;
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, planned, taken, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([inner, item]) => [inner, filled(item, planned, taken, inner)]),
  );
}

/** The names of what differs in a property, with the values where they are short and no secrets. */
export function differencesIn(key: string, actual: unknown, desired: unknown): string[] {
  if (isMap(actual) && isMap(desired)) {
    const [left, right] = key === "labels" ? [labels(actual), labels(desired)] : [actual, desired];
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
    const different = keys.filter((one) => !equal(left[one], right[one]));
    return different.map((one) => `${key}.${one}`);
  }
  const isShort = (value: unknown) =>
    value === undefined || ["string", "number", "boolean"].includes(typeof value);
  if (!isShort(actual) || !isShort(desired)) return [key];
  const shown = (value: unknown) => (value === undefined ? "unset" : JSON.stringify(value));
  return [`${key} (${shown(actual)}, in the files ${shown(desired)})`];
}

const labels = (all: Properties): Properties => comparableLabels(all as Record<string, string>) ?? {};
