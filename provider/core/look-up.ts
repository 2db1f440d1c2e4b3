import type { z } from "zod";
import type { Definition, Inputs, Property } from "./definition";
import { ProviderError } from "./errors";

/** A kind that a program can only look up, not manage; Pulumi calls such a resource external. */
export interface LookUpKind<Schema extends z.ZodObject, Outputs extends object>
  extends Pick<Definition<Schema, Outputs>, "type" | "schema" | "read"> {
  /** Paths that are always secret. @default none */
  readonly secrets?: readonly string[];
  /** The error for a program that declares one: that it cannot be created, and what to do instead. */
  readonly refusal: string;
}

/** The definition of a resource that is only looked up, by its id. */
export function lookUp<Schema extends z.ZodObject, Outputs extends object>(
  kind: LookUpKind<Schema, Outputs>,
): Definition<Schema, Outputs> {
  const refuse = (): Promise<never> => Promise.reject(new ProviderError(kind.refusal));
  const properties = Object.keys(kind.schema.shape).map((key): [string, Property] => [
    key,
    { change: "none" },
  ]);
  return {
    ...kind,
    properties: Object.fromEntries(properties) as { [Key in keyof Inputs<Schema>]-?: Property },
    secrets: kind.secrets ?? [],
    create: refuse,
    update: refuse,
    delete: () => Promise.resolve(),
  };
}
