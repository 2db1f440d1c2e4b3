import type { Clock } from "./clock";

export interface ServerOptions {
  /** A folder to keep everything in. Without it nothing outlives the server, and nothing is left on the disk. */
  readonly data?: string;
  /** `postgres://…`: keeps everything in this database, which other servers may share as replicas of this one. @default a file in `data` */
  readonly store?: string;
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** 0 takes any free port. @default 0 */
  readonly port?: number;
  /** Serves HTTPS too. */
  readonly https?: HttpsOptions;
  /** Serves HTTPS only. @default what `PUT /ssl` has said; at first false */
  readonly httpDisabled?: boolean;
  /** Created as the first user, if there is none. */
  readonly admin?: Administrator;
  /** An engine that becomes the first environment, named `primary`, as soon as there is an administrator. */
  readonly engine?: EngineOptions;
  /** Milliseconds after which a server without administrator closes. @default 300_000 */
  readonly adminInitTimeout?: number;
  /** Asked of whoever creates the first administrator, in the header `X-Setup-Token`. */
  readonly setupToken?: string;
  /** Shared with agents, as their `AGENT_SECRET`. Without it an agent obeys the first server that speaks to it. */
  readonly agentSecret?: string;
  /** Where the server's own account in a cluster is. @default "/var/run/secrets/kubernetes.io/serviceaccount" */
  readonly serviceAccount?: string;
  /** Milliseconds that the head of a request may take to arrive. @default 60_000 */
  readonly headTimeout?: number;
  /** @default the system's */
  readonly clock?: Clock;
  /** Limits logins as Portainer does: ten at once, then one a second, else an hour's ban. @default true */
  readonly loginLimit?: boolean;
  /** Remembers what was asked, for `requests()`. @default true */
  readonly record?: boolean;
  /** Writes JSON lines to the standard output from this level on. @default "silent" */
  readonly logLevel?: "silent" | "error" | "warn" | "info" | "debug";
}

export interface HttpsOptions {
  /** PEM, with what leads to its authority behind it. @default what `PUT /ssl` has set, else a self-signed one */
  readonly cert?: string;
  /** PEM. Needed with `cert`. */
  readonly key?: string;
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** 0 takes any free port. @default 0 */
  readonly port?: number;
}

export interface EngineOptions {
  /** `unix://` or `tcp://`. */
  readonly url: string;
  /** PEM contents; what is absent is not used. Without `ca` the engine's certificate is not checked. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** The first user, by password or by its bcrypt hash. */
export type Administrator = {
  /** @default "admin" */
  readonly username?: string;
} & (
  | { readonly password: string; readonly passwordHash?: undefined }
  | { readonly passwordHash: string; readonly password?: undefined }
);
