import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Missing } from "./properties";
import { PortainerResource, type ResourceTraits } from "./resource";
import type { Args, Outputs } from "./types";

/** A resource's definition in the provider; used only as a type. */
interface Definition {
  readonly schema: z.ZodObject;
  create(...step: never[]): Promise<{ outputs: object }>;
}
type State<Of extends Definition> = Awaited<ReturnType<Of["create"]>>["outputs"];

/** The arguments of a resource, with their documentation. */
export type ArgsOf<Of extends Definition> = Args<z.input<Of["schema"]>>;

type ResourceClass<Of extends Definition> = new (
  name: string,
  ...rest: object extends ArgsOf<Of>
    ? [args?: ArgsOf<Of>, options?: pulumi.CustomResourceOptions]
    : [args: ArgsOf<Of>, options?: pulumi.CustomResourceOptions]
) => PortainerResource & Outputs<State<Of>>;

/**
 * The base class of a resource: `class Tag extends resource<typeof tag>("Tag")("name", …) {}`.
 *
 * The second call takes the names of all inputs and outputs. Pulumi's SDK drops properties that a constructor does not
 * declare, so a list with a missing name does not compile.
 */
export const resource =
  <Of extends Definition>(type: string, traits: ResourceTraits = {}) =>
  <const Keys extends readonly (keyof State<Of> & string)[]>(
    ...properties: [Missing<State<Of>, Keys>] extends [never] ? Keys : [missing: Missing<State<Of>, Keys>]
  ): ResourceClass<Of> =>
    class extends PortainerResource {
      constructor(name: string, args: object = {}, options?: pulumi.CustomResourceOptions) {
        super({ type, properties: properties as readonly string[], ...traits }, name, args, options);
      }
    } as unknown as ResourceClass<Of>;
