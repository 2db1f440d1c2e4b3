import type { IncomingHttpHeaders } from "node:http";
import type { z } from "zod";
import type { PathParameter, Route } from "../../contract";
import type { Caller } from "../auth/caller";

/** One request for a route, decoded as the contract says. */
export interface RouteCall<R extends Route> {
  readonly params: Params<R["path"]>;
  readonly query: R["query"] extends z.ZodObject ? z.output<R["query"]> : undefined;
  /** Decoded when it is first looked at, so that a handler may refuse the path before the body. */
  readonly body: R["body"] extends z.ZodType ? z.output<R["body"]> : undefined;
  readonly form: R["form"] extends z.ZodObject ? z.output<R["form"]> : undefined;
  readonly caller: R["access"] extends "public" ? undefined : Caller;
  /** How the caller proved who they are; undefined on public routes. */
  readonly credential: "apiKey" | "cookie" | "bearer" | undefined;
  /** The caller's password was too short at the login. */
  readonly forceChangePassword: boolean;
  readonly headers: IncomingHttpHeaders;
  /** The query as it was sent, for what the contract does not say of it. */
  readonly search: URLSearchParams;
  readonly reply: ResponseOptions;
}

/** What a handler may say beside the answer's body. */
export interface ResponseOptions {
  readonly headers: Record<string, string | string[]>;
  status?: number;
}

/** What is answered where the answer is no JSON. */
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
