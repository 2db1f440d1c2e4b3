/** Reads objects that exist, whoever created them, as inputs for a program and as state: for an import. */
import type { z } from "zod";
import { isApiError } from "../../client";
import type { Context, Definition } from "./definition";
import { INITIAL_ADMINISTRATOR } from "./directory";
import { unlessNotFound } from "./errors";
import { isMap, type Properties } from "./properties";
import { schemaDefaults, shapeOf } from "./schema";

/** An object that exists, as state would hold it. */
export interface ImportableObject {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** Paths of inputs that the object has and its server never shows: `"password"`, `"tls.caCert"`. @default none */
  readonly unseen?: readonly string[];
}

/** An object that is not imported, and why. */
export interface SkippedObject {
  readonly name: string;
  /** A clause: `"it is …"`. */
  readonly reason: string;
}

export interface ImportableObjects {
  readonly found: readonly ImportableObject[];
  readonly skipped: readonly SkippedObject[];
}

/** The part of a resource's definition that an import uses. */
export type ImportableDefinition = Pick<Definition<z.ZodObject, object>, "schema" | "secrets" | "read">;

export const importableDefinition = <Schema extends z.ZodObject, Outputs extends object>(
  definition: Definition<Schema, Outputs>,
): ImportableDefinition => definition as unknown as ImportableDefinition;

/** A class whose objects an import reads. */
export interface ImportableKind {
  readonly definition: ImportableDefinition;
  /** The inputs that a program has to say. @default all that are not empty */
  said?(inputs: Properties): Properties;
  /** Why an object of which a program has nothing to say is not imported, as a clause. @default it is imported */
  readonly reasonIfNothing?: string;
}

/** An object of a list, as an import needs it. */
export interface Listed {
  /** The id that the definition's `read` takes. */
  readonly id: string;
  /** Its name in messages. @default the id */
  readonly name?: string | undefined;
  /** Why it is not imported, as a clause. @default it is imported */
  readonly reason?: string | undefined;
  readonly unseen?: readonly string[] | undefined;
  /** Inputs that the server does not show as such. @default none */
  readonly given?: Properties | undefined;
}

/**
 * Reads these objects one by one. An object that was deleted meanwhile is neither found nor skipped.
 *
 * @param where what tells where they are, besides their ids: `{ nodeName: "node-2" }`.
 */
export async function readListed(
  context: Context,
  { definition, said = (inputs) => inputs, reasonIfNothing }: ImportableKind,
  listed: readonly Listed[],
  where: Properties = {},
): Promise<ImportableObjects> {
  const skipped: SkippedObject[] = [];
  const skip = (name: string, reason: string): [] => {
    skipped.push({ name, reason });
    return [];
  };
  const found = await Promise.all(
    listed.map(async ({ id, name = id, reason, unseen = [], given }): Promise<ImportableObject[]> => {
      if (reason !== undefined) return skip(name, reason);
      const now = await unlessNotFound(() => definition.read(context, id, where));
      if (!now) return [];
      const spoken = said(withoutEmpty(definition.schema, { ...now.inputs, ...given }));
      if (reasonIfNothing !== undefined && Object.keys(spoken).length === 0)
        return skip(name, reasonIfNothing);
      const inputs = withDefaults(definition.schema, withoutOwnAccess(spoken));
      const outputs = Object.entries(now.outputs).filter(([key]) => !(key in definition.schema.shape));
      return [{ id: now.id, inputs, outputs: { ...inputs, ...Object.fromEntries(outputs) }, unseen }];
    }),
  );
  return { found: found.flat(), skipped };
}

/** The inputs that a program has to say for an object with these: without what is empty, nobody's, or a default. */
export const inputsToSay = (schema: z.ZodObject, inputs: Properties): Properties =>
  withDefaults(schema, withoutOwnAccess(withoutEmpty(schema, inputs)));

/** What the call gives, or nothing with the reason if these credentials may not make it. */
export async function ifAllowed(
  name: string,
  read: () => Promise<ImportableObjects>,
): Promise<ImportableObjects> {
  try {
    return await read();
  } catch (error) {
    if (!isApiError(error) || error.status !== 403) throw error;
    return { found: [], skipped: [{ name, reason: "which these credentials may not list" }] };
  }
}

/**
 * The inputs without empty texts, lists and maps: what no program has to say. An empty text in a map of texts stays: a
 * label or variable may be one.
 */
function withoutEmpty(schema: unknown, inputs: Properties): Properties {
  const shape = shapeOf(schema);
  if (!shape) return inputs;
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([key, value]) => {
      const shown = isMap(value) ? withoutEmpty(shape[key], value) : value;
      return isEmpty(shown) ? [] : [[key, shown]];
    }),
  );
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  (typeof value === "object" && Object.keys(value).length === 0);

/** Without an `access` that lets in nobody but administrators, as Portainer gives it to what they create. */
export function withoutOwnAccess(inputs: Properties): Properties {
  const { access, ...others } = inputs;
  if (access === "administrators") return others;
  if (!isMap(access)) return inputs;
  const { users = [], teams = [] } = access as { users?: readonly unknown[]; teams?: readonly unknown[] };
  const isNobodyElse = teams.length === 0 && users.every((id) => id === INITIAL_ADMINISTRATOR);
  return isNobodyElse ? others : inputs;
}

/** With the defaults that a `check` adds, which the server does not show. */
const withDefaults = (schema: z.ZodObject, inputs: Properties): Properties => ({
  ...inputs,
  ...Object.fromEntries(Object.entries(schemaDefaults(schema)).filter(([key]) => !(key in inputs))),
});
