import { z } from "zod";
import * as exported from "../../contract";

/** A JSON schema, as OpenAPI 3.1 has it: draft 2020-12. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly [keyword: string]: unknown;
}

interface Definitions {
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

export const SCHEMAS = "#/components/schemas/";

/** Exported schemas are referenced by name. */
const names = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(exported)) {
  if (schema instanceof z.ZodType && !exported.isFormFile(schema)) names.add(schema, { id });
}

/** Converts the contract's schemas, and collects the named ones. */
export class Schemas {
  readonly components: Record<string, JsonSchema> = {};

  /** Describes values on the wire, before they are transformed. */
  of(schema: z.ZodType): JsonSchema {
    const { properties = {}, $defs = {} }: JsonSchema & Definitions = z.toJSONSchema(
      z.object({ it: schema }),
      {
        io: "input",
        unrepresentable: "any",
        metadata: names,
        override: ({ zodSchema, jsonSchema }) => {
          if (exported.isFormFile(zodSchema)) replace(jsonSchema, FILE);
          else dropLimitsOfNumbers(jsonSchema);
        },
      },
    ) as JsonSchema & Definitions;
    for (const [name, definition] of Object.entries($defs)) this.components[name] = relocated(definition);
    return relocated(properties["it"] ?? {});
  }
}

const FILE = { type: "string", contentMediaType: "application/octet-stream" };

function replace(schema: Record<string, unknown>, other: object): void {
  for (const key of Object.keys(schema)) delete schema[key];
  Object.assign(schema, other);
}

/** Drops the limits of JavaScript's safe integers. */
function dropLimitsOfNumbers(schema: { minimum?: number; maximum?: number }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

const relocated = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${SCHEMAS}`)) as JsonSchema;
