import type { IncomingHttpHeaders } from "node:http";
import type { z } from "zod";
import type { PathParameter, Route } from "../../contract";
import type { Caller } from "../auth/caller";

/** A request for a route, decoded according to the contract. */
export interface RouteCall<R extends Route> {
  readonly params: Params<R["path"]>;
  readonly query: R["query"] extends z.ZodObject ? z.output<R["query"]> : undefined;
  /** Decoded on first access, so that a handler can check the path before the body. */
  readonly body: R["body"] extends z.ZodType ? z.output<R["body"]> : undefined;
  readonly form: R["form"] extends z.ZodObject ? z.output<R["form"]> : undefined;
  readonly caller: R["access"] extends "public" ? undefined : Caller;
  /** The kind of credential that was used; undefined on public routes. */
  readonly credential: "apiKey" | "cookie" | "bearer" | undefined;
  /** Whether the caller's password was shorter than required at the login. */
  readonly forceChangePassword: boolean;
  readonly headers: IncomingHttpHeaders;
  /** The query as it was sent, for parameters that the contract does not declare. */
  readonly search: URLSearchParams;
  readonly reply: ResponseOptions;
}

/** What a handler can set besides the body. */
export interface ResponseOptions {
  readonly headers: Record<string, string | string[]>;
  status?: number;
}

/** An answer that is not JSON. */
export interface Content {
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** Ids are numbers; any other parameter is text. */
export type Params<Path extends string> = {
  readonly [Name in PathParameter<Path>]: Name extends "id" | `${string}Id` ? number : string;
};

/** What a handler returns; nothing where the answer is empty. */
export type ResultOf<R extends Route> = R["response"] extends z.ZodType
  ? z.input<R["response"]>
  : R["bytes"] extends true
    ? Content
    : undefined;

export type Handler<R extends Route> = (call: RouteCall<R>) => ResultOf<R> | Promise<ResultOf<R>>;

/** A handler for each route of an entity: a missing or misspelt one does not compile. */
export type Handlers<Rs extends Readonly<Record<string, Route>>> = {
  readonly [Name in keyof Rs]: Handler<Rs[Name]>;
};
