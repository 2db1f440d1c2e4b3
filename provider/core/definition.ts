import type { z } from "zod";
import type { Connection } from "../connection";
import type { AccessClaim } from "./access-claims";
import type { Claims } from "./claims";
import type { SettingTexts } from "./connection-settings";
import type { Properties } from "./properties";
import type { Failure } from "./validate";

/**
 * What a change of a property does: update the object, replace it, or nothing, because the property only controls how
 * a step runs (`startupTimeout`).
 */
export type Change = "update" | "replace" | "none";

/** How a property is compared, and what its change does. */
export interface Property {
  /** @default "update" */
  readonly change?: Change;
  /** Brings all spellings of the same value to one form. @default the value as it is */
  readonly normalize?: (value: never) => unknown;
  /** The value that an update gives the object when the program no longer sets the property. @default it stays as it is */
  readonly whenRemoved?: unknown;
  /** Whether the server never shows the value: then a refresh keeps the remembered one. @default false */
  readonly writeOnly?: boolean;
}

/** What a resource's methods receive. */
export interface Context {
  /** The resource's name in the program. */
  readonly name: string;
  readonly urn: string | undefined;
  /** The server of the resource's provider. */
  readonly connection: Connection;
  /** Which objects the other resources of this run have. */
  readonly claims: Claims;
  /** Aborts at the operation's time limit and when Pulumi stops; its reason says which. */
  readonly signal: AbortSignal;
  /** Shows a message on the resource's line while the step runs. */
  progress(message: string): void;
  /** Logs a message that stays visible after the step. */
  info(message: string): void;
  warn(message: string): void;
}

/** What `check` knows without a request. */
export interface CheckContext {
  /** The resource's name in the program, where known. */
  readonly name: string | undefined;
  readonly settings: SettingTexts;
}

export type Inputs<Schema extends z.ZodObject> = z.output<Schema>;

/** What Pulumi stores of a resource: the inputs that were last applied, and what the server added. */
export type State<Schema extends z.ZodObject, Outputs extends object> = Inputs<Schema> & Outputs;

/** A resource: its properties, and how each of Pulumi's steps is done through the API. */
export interface Definition<Schema extends z.ZodObject, Outputs extends object> {
  /** The name of the class and of the export that state refers to. */
  readonly type: string;
  readonly schema: Schema;
  readonly properties: { readonly [Key in keyof Inputs<Schema>]-?: Property };
  /** Paths of inputs and outputs that are always secret. */
  readonly secrets: readonly string[];
  /** Names from other tools, each with our name for it. */
  readonly misnomers?: Readonly<Record<string, string>>;
  /** Managed defaults that depend on the resource; fixed ones are in the schema (`.default(…)`). */
  defaults?(inputs: Properties, context: CheckContext): Properties;
  /** Checks that involve several properties. Values may be unknown. */
  validate?(inputs: Properties): Failure[];
  /** The message that the preview shows about a change of these properties. */
  explain?(
    changed: readonly string[],
    olds: State<Schema, Outputs>,
    news: Inputs<Schema>,
  ): string | undefined;

  /**
   * Changed properties that require a replacement, besides those marked in `properties`.
   *
   * @throws ProviderError when the change is not allowed at all; the preview fails with it.
   */
  replaces?(
    changed: readonly string[],
    olds: State<Schema, Outputs>,
    news: Inputs<Schema>,
  ): readonly string[];

  /**
   * Whether the new object can exist beside the one that it replaces, given what has changed; if so, it is created
   * before the old one is deleted. @default never
   */
  canCoexist?(changed: readonly string[]): boolean;

  /**
   * A globally unique name of the object, which only one resource may have; `undefined` when the state does not hold it.
   * When another resource takes over the object in the same run, a delete of this one only forgets it.
   * @default none: no other resource can take over the object
   */
  identity?(state: Partial<State<Schema, Outputs>>): string | undefined;

  /** How it manages who may use an object; `undefined` while that is not known. @default not at all */
  accessClaim?(inputs: Properties, id: string | undefined): AccessClaim | undefined;

  create(context: Context, inputs: Inputs<Schema>): Promise<{ id: string; outputs: State<Schema, Outputs> }>;
  /**
   * The object as it is now; `undefined` when it is gone.
   *
   * @param state what Pulumi stored; nearly empty for a `get`.
   */
  read(
    context: Context,
    id: string,
    state: Partial<State<Schema, Outputs>>,
  ): Promise<{ id: string; inputs: Partial<Inputs<Schema>>; outputs: Properties } | undefined>;
  /**
   * The inputs that a program has to say for an object that `read` has found without a state: for an import.
   *
   * @default those of `read`, without what is empty
   */
  importedInputs?(context: Context, id: string): Promise<Properties>;
  update(
    context: Context,
    id: string,
    olds: State<Schema, Outputs>,
    news: Inputs<Schema>,
  ): Promise<State<Schema, Outputs>>;
  /** Removes the object, or does nothing when it is gone. */
  delete(context: Context, id: string, state: State<Schema, Outputs>): Promise<void>;
}
