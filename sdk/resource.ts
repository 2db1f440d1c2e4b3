import * as pulumi from "@pulumi/pulumi";
import { refuseOptions } from "./options";

/** Optional traits of a resource class. */
export interface ResourceTraits {
  /**
   * The properties that exist only where the program sets them. Pulumi creates four promises per property; an unset one
   * here costs nothing until it is read. @default none
   */
  readonly optional?: readonly string[];
  /** The outputs that are secret. */
  readonly secretOutputs?: readonly string[];
  /** Whether old and new object cannot coexist, so that a replacement deletes first. @default the provider decides */
  readonly exclusive?: boolean;
}

/** What a class passes to the base class. */
interface Declaration extends ResourceTraits {
  /** The export of `pulumi-portainer/provider` that implements the resource. */
  readonly type: string;
  /** The properties that a program can read, inputs and outputs. */
  readonly properties: readonly string[];
}

/**
 * A resource that `pulumi-portainer/provider` implements. State refers to the provider by a short text that never
 * changes: nothing is serialised, and an upgrade of this package causes no diff.
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
    // Pulumi's SDK takes four stack traces per property, to report promises that never settle: switch them off here. For
    // source positions it sets a limit of its own.
    Error.stackTraceLimit = 0;
    try {
      super(
        type,
        name,
        {
          ...Object.fromEntries(declared.map((property) => [property, undefined])),
          ...args,
          __provider: `exports.handler=()=>require("pulumi-portainer/provider").${declaration.type};`,
          __urn: withoutDependencies(pulumi.createUrn(name, type, parent)),
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

/**
 * The value alone. An output also carries the resources that it comes from, here the parent, and to depend on a component is
 * to wait for all its children: two children of one component would wait for each other.
 */
const withoutDependencies = (output: pulumi.Output<string>): Promise<string> =>
  new Promise((resolve) => {
    output.apply(resolve);
  });

/** A property that the program does not set. */
const unset: PropertyDescriptor & ThisType<pulumi.Resource> = {
  configurable: true,
  get() {
    return this.urn.apply(() => undefined);
  },
};
