import type { z } from "zod";

export type Method = "GET" | "POST" | "PUT" | "DELETE" | "HEAD";

/**
 * Who may call a route. The server checks it before the handler runs.
 *
 * - `public`: anybody.
 * - `authenticated`: whoever has a valid token or API key.
 * - `restricted`: the same, and the handler shows each user only what is theirs.
 * - `teamLeader`: administrators and leaders of any team.
 * - `administrator`: administrators.
 */
export type Access = "public" | "authenticated" | "restricted" | "teamLeader" | "administrator";

/** How long a call may take: an ordinary answer, work on a remote engine, or as long as it streams. */
export type Pace = "quick" | "slow" | "endless";

/** What proved that the declaration says what a real Portainer does, which has no routes that are `ours`. */
export type Verified = { readonly version: string; readonly by: "live" | "source" } | "ours" | false;

/** Failures that an answer's status names; those that every route can have, such as 401, go without saying. */
export type Failures = Readonly<Partial<Record<400 | 403 | 404 | 409 | 422 | 500 | 502, string>>>;

/** One operation of the API, said once: the client, the server and the documentation are derived from it. */
export interface Route {
  readonly method: Method;
  /** Below `/api`, or below `/api/endpoints/:endpointId/docker` for an engine's operation; parameters as `:name`. */
  readonly path: `/${string}`;
  readonly access: Access;
  /** Counts against the limit on logins: ten at once, then one a second, or an hour's ban. */
  readonly limited?: true;
  /** What the settings must have enabled; without it, whoever may call the route is answered 503. */
  readonly feature?: "edgeCompute";
  /** The only values that a path parameter may have. Any other path is no route. */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  /** One sentence in the imperative, for the reference. */
  readonly summary: string;
  readonly query?: z.ZodObject;
  /** A JSON request body. */
  readonly body?: z.ZodType;
  /** A form: multipart, urlencoded or query, as Portainer takes all three. */
  readonly form?: z.ZodObject;
  /** The largest request body that is taken, in bytes. @default 8 MiB */
  readonly largest?: number;
  /** A request body that is sent as it is, of this media type. */
  readonly upload?: string;
  /** A JSON answer. Without `response`, `lines` and `bytes` the answer is empty. */
  readonly response?: z.ZodType;
  /** An answer that streams one JSON value per line. */
  readonly lines?: z.ZodType;
  /** An answer that streams bytes. */
  readonly bytes?: true;
  /** The status of success. @default 200, or 204 for an empty answer */
  readonly status?: number;
  /** What else it fails with, and when, beyond what follows from access, parameters and payload. */
  readonly fails?: Failures;
  /** The first release of Portainer that has the route, where an older one in use lacks it. */
  readonly since?: string;
  /** The last release of Portainer that has the route. */
  readonly until?: string;
  /** @default "quick" */
  readonly pace?: Pace;
  /** The path parameter that may hold slashes, as an image's name does. */
  readonly slashes?: string;
  readonly verified: Verified;
}

/** Operations by name, the routes of one entity. */
export type Routes = Readonly<Record<string, Route>>;

/** Declares a route, keeping its literal types. */
export function route<const R extends Route>(declaration: R): R {
  return declaration;
}

/** Seen on a real Portainer 2.23, the version of the recordings. */
export const live = { version: "2.23.0", by: "live" } as const;
/** Read in the source of Portainer 2.23. */
export const source = { version: "2.23.0", by: "source" } as const;

/** The names of the parameters in a path: `"/users/:id/tokens/:keyId"` gives `"id" | "keyId"`. */
export type PathParameter<Path extends string> = Path extends `${string}:${infer Rest}`
  ? Rest extends `${infer Name}/${infer Tail}`
    ? Name | PathParameter<Tail>
    : Rest
  : never;

/** The success status of a route. */
export function successStatus(declaration: Route): number {
  const hasAnswer = declaration.response ?? declaration.lines ?? declaration.bytes;
  return declaration.status ?? (hasAnswer ? 200 : 204);
}
