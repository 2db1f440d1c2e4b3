import { looksSecret } from "../../compose";
import type { Properties } from "../../provider/core/properties";
import { schemaDefaults } from "../../provider/core/schema";
import { Code, literal, Variables } from "./code";
import { type References, withReferences } from "./references";
import {
  configName,
  definitionOf,
  find,
  type ImportedResource,
  type ImportedType,
  MAPS_WITH_SECRETS,
  withPath,
} from "./resources";

/** A secret value, which the program reads from stack config. */
export interface SecretVariable {
  /** The name in stack config. */
  readonly config: string;
  /** `undefined` where Portainer does not show it. */
  readonly value: string | undefined;
}

/**
 * A program that declares these resources, and the secrets that it reads from stack config. Each resource follows those
 * that it refers to. If two refer to each other, the second reference stays a name or an id.
 */
export function program(resources: readonly ImportedResource[]): { text: string; secrets: SecretVariable[] } {
  const names = new Variables();
  // Containers choose their names first, because people look for containers by name.
  const variables = new Map(
    [...resources]
      .sort((left, right) => Number(right.type === "Container") - Number(left.type === "Container"))
      .map((resource) => [resource, names.take(resource.name, resource.type)] as const),
  );
  const secrets: SecretVariable[] = [];
  const declarations = new Map<ImportedResource, string>();
  const begun = new Set<ImportedResource>();
  let hasInterpolation = false;

  const refer = (resource: ImportedResource | undefined): Code | undefined => {
    if (!resource) return undefined;
    if (!begun.has(resource)) declare(resource);
    return declarations.has(resource) ? new Code(variables.get(resource) ?? "") : undefined;
  };

  const referencesOn = ({ endpointId, nodeName }: Properties): References => {
    const isThere = ({ inputs }: ImportedResource) =>
      inputs["endpointId"] === endpointId &&
      (inputs["nodeName"] === undefined || inputs["nodeName"] === nodeName);
    const findThere = (type: ImportedType, isMeant: (resource: ImportedResource) => boolean) =>
      resources.find((one) => one.type === type && isThere(one) && isMeant(one));
    const isNamed =
      (name: string) =>
      ({ inputs }: ImportedResource) =>
        inputs["name"] === name;
    return {
      object: (type, id) => refer(find(resources, type, id)),
      network: (name) => refer(findThere("Network", isNamed(name))),
      volume: (name) => refer(findThere("Volume", isNamed(name))),
      secret: (name) => refer(findThere("Secret", ({ outputs }) => outputs["secretName"] === name)),
      config: (name) => refer(findThere("Config", ({ outputs }) => outputs["configName"] === name)),
      service: (id) => refer(findThere("Service", ({ outputs }) => outputs["serviceId"] === id)),
      container: (nameOrId) =>
        refer(
          findThere("Container", (one) => isNamed(nameOrId)(one) || one.outputs["containerId"] === nameOrId),
        ),
      interpolated(...parts) {
        hasInterpolation = true;
        const inside = parts.map((part) => (part instanceof Code ? `\${${part.text}}` : escaped(part)));
        return new Code(`pulumi.interpolate\`${inside.join("")}\``);
      },
    };
  };

  function declare(resource: ImportedResource): void {
    begun.add(resource);
    const { type, name, inputs, unseen = [] } = resource;
    const args = withReferences(argumentsOf(resource), referencesOn(inputs));
    const asked = unseen.reduce(
      (rest, path) => {
        const config = configName(name, path);
        secrets.push({ config, value: undefined });
        return withPath(rest, path, secretFrom(config));
      },
      hiding(name, args, secrets),
    );
    const said = Object.keys(asked).length === 0 ? "" : `, ${literal(asked, 0)}`;
    declarations.set(
      resource,
      `export const ${variables.get(resource)} = new portainer.${type}(${JSON.stringify(name)}${said});\n`,
    );
  }

  for (const resource of resources) if (!begun.has(resource)) declare(resource);
  const head = [
    ...(secrets.length > 0 || hasInterpolation ? ['import * as pulumi from "@pulumi/pulumi";'] : []),
    'import * as portainer from "pulumi-portainer";',
    ...(secrets.length > 0 ? ["", "const config = new pulumi.Config();"] : []),
    "",
  ];
  return { text: [head.join("\n"), ...declarations.values()].join("\n"), secrets };
}

const secretFrom = (config: string): Code => new Code(`config.requireSecret(${JSON.stringify(config)})`);

/** The arguments without defaults; environment, name and image first. */
function argumentsOf({ type, name, inputs }: ImportedResource): Properties {
  const { endpointId, name: objectName, image, ...rest } = inputs;
  const defaults: Properties = {
    ...schemaDefaults(definitionOf(type).schema),
    ...(type === "User" && { username: name }),
    ...(type === "CustomTemplate" && { title: name }),
  };
  const said = Object.entries(rest).filter(([key, value]) => defaults[key] !== value);
  return {
    ...(endpointId !== undefined && { endpointId }),
    ...(objectName !== undefined && objectName !== name && { name: objectName }),
    ...(image !== undefined && { image }),
    ...Object.fromEntries(said.map(([key, value]) => [key, TEXTS.has(key) ? textBlock(value) : value])),
  };
}

/** The arguments that are whole files. */
const TEXTS: ReadonlySet<string> = new Set(["content", "data"]);

/** A text of several lines, so that people can read it. A template literal would change the line ends of Windows. */
const textBlock = (value: unknown): unknown =>
  typeof value !== "string" || value.includes("\r") ? value : new Code(`\`${escaped(value)}\``);

/** Replaces values that look secret by reads from stack config, and adds them to `secrets`. */
function hiding(name: string, args: Properties, secrets: SecretVariable[]): Properties {
  const shown = (map: object) =>
    Object.fromEntries(
      Object.entries(map).map(([key, value]: [string, string]) => {
        if (!looksSecret(key, value)) return [key, value];
        const config = `${name}-${key}`;
        secrets.push({ config, value });
        return [key, secretFrom(config)];
      }),
    );
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) =>
      MAPS_WITH_SECRETS.has(key) && typeof value === "object" && value !== null
        ? [key, shown(value)]
        : [key, value],
    ),
  );
}

/** Escapes a text for a template literal. */
const escaped = (text: string): string => text.replace(/[\\`]|\$(?=\{)/g, "\\$&");
