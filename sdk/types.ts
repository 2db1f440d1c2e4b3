import type * as pulumi from "@pulumi/pulumi";
import type { ResourceReference } from "../provider/core/schema";

/**
 * The same type, but every part may be an output of another resource, and an id may be the resource itself. The types of
 * Pulumi's assets have no members, so this mapping leaves them as they are.
 */
type Deep<T> = T extends ResourceReference
  ? pulumi.CustomResource
  : T extends Uint8Array
    ? T
    : T extends readonly (infer Item)[]
      ? pulumi.Input<Deep<Item>>[]
      : T extends object
        ? { [Key in keyof T]: pulumi.Input<Deep<T[Key]>> }
        : T;

/** The arguments of a resource, from the inputs that its provider documents. */
export type Args<Inputs> = { [Key in keyof Inputs]: pulumi.Input<Deep<Inputs[Key]>> };

/** What a program reads from a resource. */
export type Outputs<State> = {
  readonly [Key in keyof State]-?: pulumi.Output<
    undefined extends State[Key] ? Exclude<State[Key], undefined> | undefined : State[Key]
  >;
};
