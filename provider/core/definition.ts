import type { z } from "zod";
import type { Connection } from "../connection";
import type { Claims } from "./claims";
import type { Properties } from "./properties";
import type { SettingTexts } from "./settings";
import type { Failure } from "./validate";

/**
 * What a change of a property does: change the object in place, put another in its stead, or nothing, because it
 * only says how a step is to be done (`startupTimeout`).
 */
export type Change = "update" | "replace" | "none";

/** How a property is compared and carried out. */
export interface Property {
  /** @default "update" */
  readonly change?: Change;
  /** Brings two spellings of the same wish to one form. @default the value as it is */
  readonly normalize?: (value: never) => unknown;
}

/** What a resource's methods work with. */
export interface Context {
  /** The resource's name in the program. */
  readonly name: string;
  readonly urn: string | undefined;
  /** The server that the resource's provider names. */
  readonly connection: Connection;
  /** What the other resources of this run have. */
  readonly claims: Claims;
  /** Aborts at the operation's time limit, and when Pulumi stops. Its reason says which. */
  readonly signal: AbortSignal;
  /** Shows what is going on, on the resource's line, while it lasts. */
  progress(message: string): void;
  /** Says something that stays to be read. */
  info(message: string): void;
  warn(message: string): void;
}

/** What is known offline when inputs are checked. */
export interface CheckContext {
  /** The resource's name in the program, where known. */
  readonly name: string | undefined;
  readonly settings: SettingTexts;
}

export type Inputs<Schema extends z.ZodObject> = z.output<Schema>;

/** What Pulumi keeps of a resource: its inputs as they were last carried out, and what the server added. */
export type State<Schema extends z.ZodObject, Outputs extends object> = Inputs<Schema> & Outputs;

/** What a resource means: its properties, and how each of Pulumi's steps is done through the API. */
export interface Definition<Schema extends z.ZodObject, Outputs extends object> {
  /** The name of the class and of the export that state refers to. */
  readonly type: string;
  readonly schema: Schema;
  readonly properties: { readonly [Key in keyof Inputs<Schema>]-?: Property };
  /** Paths of inputs and outputs that are always secret. */
  readonly secrets: readonly string[];
  /** Names that other tools use, with ours. */
  readonly misnomers?: Readonly<Record<string, string>>;
  /** Managed defaults that depend on the resource; the fixed ones stand in the schema (`.default(…)`). */
  defaults?(inputs: Properties, context: CheckContext): Properties;
  /** What no single property shows to be wrong. Values may be unknown. */
  validate?(inputs: Properties): Failure[];
  /** What there is to say in the preview about a change of these properties. */
  explain?(
    changed: readonly string[],
    olds: State<Schema, Outputs>,
    news: Inputs<Schema>,
  ): string | undefined;

  /**
   * Changes that need another object besides those of `properties`.
   *
   * @throws ProviderError when the change is not to be made at all; the preview fails with it.
   */
  replaces?(
    changed: readonly string[],
    olds: State<Schema, Outputs>,
    news: Inputs<Schema>,
  ): readonly string[];

  /**
   * Whether the object to come can be there beside the one that it replaces, given what has changed: it is then made
   * first. @default never
   */
  canCoexist?(changed: readonly string[]): boolean;

  /**
   * The object that only one resource may have, by a name that no other object anywhere has; `undefined` where the state
   * does not say. A resource whose object another one has taken in the same run is forgotten and not deleted.
   * @default what cannot be taken
   */
  identity?(state: Partial<State<Schema, Outputs>>): string | undefined;

  create(context: Context, inputs: Inputs<Schema>): Promise<{ id: string; outputs: State<Schema, Outputs> }>;
  /**
   * The object as it is now; `undefined` when it is gone.
   *
   * @param state what Pulumi remembers; nearly empty at a `get`.
   */
  read(
    context: Context,
    id: string,
    state: Partial<State<Schema, Outputs>>,
  ): Promise<{ id: string; inputs: Partial<Inputs<Schema>>; outputs: Properties } | undefined>;
  update(
    context: Context,
    id: string,
    olds: State<Schema, Outputs>,
    news: Inputs<Schema>,
  ): Promise<State<Schema, Outputs>>;
  /** Removes the object, or does nothing when it is gone. */
  delete(context: Context, id: string, state: State<Schema, Outputs>): Promise<void>;
}
