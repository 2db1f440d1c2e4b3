import * as pulumi from "@pulumi/pulumi";
import { refuseOptions } from "./options";

/** How a resource differs from most. */
export interface ResourceTraits {
  /**
   * Those that are there only where the program sets them. Pulumi takes four promises for each property, so what is not
   * there costs nothing until it is read. @default none
   */
  readonly optional?: readonly string[];
  /** The outputs among them that are secret. */
  readonly secretOutputs?: readonly string[];
  /** Whether two of them cannot exist at once, so that a replacement deletes first. @default the provider says */
  readonly exclusive?: boolean;
}

/** What a class says of itself to the base class. */
interface Declaration extends ResourceTraits {
  /** The export of `pulumi-portainer/provider` that knows what the resource means. */
  readonly type: string;
  /** The properties that a program can read, inputs and outputs. */
  readonly properties: readonly string[];
}

/**
 * A resource that `pulumi-portainer/provider` carries out. State refers to the provider by a text of a few bytes
 * that never changes: nothing is serialised, and an upgrade of this package shows no difference.
 */
export abstract class PortainerResource extends pulumi.CustomResource {
  protected constructor(
    declaration: Declaration,
    name: string,
    args: object,
    options: pulumi.CustomResourceOptions = {},
  ) {
    const type = `pulumi-nodejs:dynamic/portainer:${declaration.type}`;
    refuseOptions(type, declaration.type, name, options);
    const { customTimeouts, replaceOnChanges, parent } = options;
    const optional = declaration.optional ?? [];
    const isOpen = options.id !== undefined || options.ignoreChanges !== undefined;
    const declared = [...declaration.properties, ...(isOpen ? optional : [])];
    const { stackTraceLimit } = Error;
    // The SDK takes four stack traces for each property, to complain of promises that are never settled. Its own
    // positions in the source it takes with a limit of its own.
    Error.stackTraceLimit = 0;
    try {
      super(
        type,
        name,
        {
          ...Object.fromEntries(declared.map((property) => [property, undefined])),
          ...args,
          __provider: `exports.handler=()=>require("pulumi-portainer/provider").${declaration.type};`,
          __urn: pulumi.createUrn(name, type, parent),
          ...(customTimeouts && { __timeouts: customTimeouts }),
          ...(replaceOnChanges && { __replaceOnChanges: replaceOnChanges }),
        },
        pulumi.mergeOptions(
          {
            ...(declaration.exclusive !== undefined && { deleteBeforeReplace: declaration.exclusive }),
            additionalSecretOutputs: [...(declaration.secretOutputs ?? [])],
          },
          options,
        ),
      );
    } catch (error) {
      Error.stackTraceLimit = stackTraceLimit;
      if (error instanceof Error) Error.captureStackTrace(error);
      throw error;
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    for (const property of optional) {
      if (!Object.hasOwn(this, property)) Object.defineProperty(this, property, unset);
    }
  }
}

/** A property that the program does not set. */
const unset: PropertyDescriptor & ThisType<pulumi.Resource> = {
  configurable: true,
  get() {
    return this.urn.apply(() => undefined);
  },
};
