import type { ContainerSettled } from "../../provider/container";
import type { ImportedResource } from "./resources";
import { isSecret } from "./secret-variables";

/** An environment variable whose value the program does not show. */
export interface SecretVariable {
  /** The name in stack config. */
  readonly config: string;
  readonly value: string;
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const LINE_WIDTH = 100;

/** Part of a program, as opposed to a value. */
class Code {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A program that declares these containers, and what it keeps in stack config. */
export function program(resources: readonly ImportedResource[]): { text: string; secrets: SecretVariable[] } {
  const secrets: SecretVariable[] = [];
  const taken = new Set<string>(["config", "portainer", "pulumi"]);
  const declarations = resources.map(({ name, inputs }) => {
    const args = { ...argumentsOf(name, inputs), ...hiding(name, inputs, secrets) };
    return `export const ${variable(name, taken)} = new portainer.Container(${JSON.stringify(name)}, ${literal(args, 0)});\n`;
  });
  const head = [
    ...(secrets.length > 0 ? ['import * as pulumi from "@pulumi/pulumi";'] : []),
    'import * as portainer from "pulumi-portainer";',
    ...(secrets.length > 0 ? ["", "const config = new pulumi.Config();"] : []),
    "",
  ];
  return { text: [head.join("\n"), ...declarations].join("\n"), secrets };
}

/** Without what goes without saying. */
function argumentsOf(name: string, inputs: ContainerSettled): Record<string, unknown> {
  const { desiredState, name: containerName, endpointId, image, ...rest } = inputs;
  return {
    endpointId,
    ...(containerName !== name && { name: containerName }),
    image,
    ...rest,
    ...(desiredState !== "running" && { desiredState }),
  };
}

function hiding(name: string, { env }: ContainerSettled, secrets: SecretVariable[]): { env?: unknown } {
  if (env === undefined) return {};
  const shown = Object.entries(env).map(([key, value]) => {
    if (!isSecret(key, value)) return [key, value];
    const config = `${name}-${key}`;
    secrets.push({ config, value });
    return [key, new Code(`config.requireSecret(${JSON.stringify(config)})`)];
  });
  return { env: Object.fromEntries(shown) };
}

/** A name for the constant: `web-1` is `web1`. */
function variable(name: string, taken: Set<string>): string {
  const camel = name.replace(
    /[^A-Za-z0-9]+(.)?/g,
    (_, next: string | undefined) => next?.toUpperCase() ?? "",
  );
  const base = /^[A-Za-z]/.test(camel) ? camel : `container${camel}`;
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? base : `${base}${count}`;
    if (isReserved(candidate) || taken.has(candidate)) continue;
    taken.add(candidate);
    return candidate;
  }
}

function isReserved(word: string): boolean {
  try {
    new Function(`"use strict"; const ${word} = 0;`);
    return false;
  } catch {
    return true;
  }
}

function literal(value: unknown, depth: number): string {
  if (value instanceof Code) return value.text;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? "[]" : "{}";
  const parts = isList
    ? value.map((item) => literal(item, depth + 1))
    : Object.entries(value).map(([key, item]) => `${keyOf(key)}: ${literal(item, depth + 1)}`);
  if (parts.length === 0) return `${open}${close}`;
  const pad = isList ? "" : " ";
  const line = `${open}${pad}${parts.join(", ")}${pad}${close}`;
  if (depth > 0 && line.length < LINE_WIDTH - 2 * depth && !line.includes("\n")) return line;
  const indent = "  ".repeat(depth + 1);
  return `${open}\n${parts.map((part) => `${indent}${part},\n`).join("")}${"  ".repeat(depth)}${close}`;
}

const keyOf = (key: string): string => (IDENTIFIER.test(key) ? key : JSON.stringify(key));
