import { type JsonSchema, SCHEMAS } from "./schema";

/** A part of a type's description: text, or the name of a schema. */
export type TypePart = string | { readonly schema: string };

export function typeOf(schema: JsonSchema | undefined): TypePart[] {
  if (!schema) return [];
  const { $ref, type, items, anyOf, additionalProperties } = schema;
  if ($ref) return [{ schema: $ref.slice(SCHEMAS.length) }];
  if (anyOf) return anyOf.flatMap((one, at) => (at === 0 ? typeOf(one) : [" or ", ...typeOf(one)]));
  if (items) return ["list of ", ...typeOf(items)];
  if (Array.isArray(schema["enum"])) return [schema["enum"].map((it) => JSON.stringify(it)).join(" or ")];
  if ("const" in schema) return [JSON.stringify(schema["const"])];
  if (schema["contentMediaType"]) return ["file"];
  const isMap = typeof additionalProperties === "object" && !schema.properties;
  if (type === "object" && isMap) return ["map of ", ...typeOf(additionalProperties)];
  return [typeof type === "string" ? type : "anything"];
}

export interface Field {
  /** With the names of its parents: `TLSConfig.TLS`. */
  readonly path: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** The properties of a schema, each followed by its own properties. */
export function fieldsOf(schema: JsonSchema, prefix = ""): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = prefix + name;
    const isRequired = schema.required?.includes(name) ?? false;
    const [inner, ending] = innerOf(property);
    return [{ path, schema: property, isRequired }, ...fieldsOf(inner, `${path}${ending}.`)];
  });
}

/** What of a property may have properties itself. */
function innerOf(property: JsonSchema): [JsonSchema, string] {
  const { items, anyOf, additionalProperties } = property;
  if (items) return [items, "[]"];
  if (anyOf?.[0]) return innerOf(anyOf[0]);
  return typeof additionalProperties === "object" && !property.properties
    ? [additionalProperties, ".*"]
    : [property, ""];
}
