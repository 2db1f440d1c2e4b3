import type { Clock } from "./clock";

export interface ServerOptions {
  /** The data folder. Without it, nothing is kept when the server stops, and nothing is left on the disk. */
  readonly data?: string;
  /** `postgres://…`: keeps everything in this database. Several servers may share it as replicas. @default a file in `data` */
  readonly store?: string;
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** 0 takes any free port. @default 0 */
  readonly port?: number;
  /** Also serves HTTPS. */
  readonly https?: HttpsOptions;
  /** Serves only HTTPS. @default what `PUT /ssl` has set; at first false */
  readonly httpDisabled?: boolean;
  /** Created as the first user, if there is none. */
  readonly admin?: Administrator;
  /** An engine that becomes the first environment, named `primary`, as soon as there is an administrator. */
  readonly engine?: EngineOptions;
  /** How long a server without an administrator can be initialised, in milliseconds. @default 300_000 */
  readonly adminInitTimeout?: number;
  /** Must be sent in the header `X-Setup-Token` to create the first administrator. */
  readonly setupToken?: string;
  /** The `AGENT_SECRET` of the agents. Without it, an agent accepts the first server that connects to it. */
  readonly agentSecret?: string;
  /** The folder of the server's service account in a cluster. @default "/var/run/secrets/kubernetes.io/serviceaccount" */
  readonly serviceAccount?: string;
  /** How long the head of a request may take, in milliseconds. @default 60_000 */
  readonly headTimeout?: number;
  /** @default the system's */
  readonly clock?: Clock;
  /** Limits logins like Portainer: ten at once, then one a second; more bans the address for an hour. @default true */
  readonly loginLimit?: boolean;
  /** Records requests for `requests()`. @default true */
  readonly record?: boolean;
  /** Writes JSON lines to the standard output from this level on. @default "silent" */
  readonly logLevel?: "silent" | "error" | "warn" | "info" | "debug";
}

export interface HttpsOptions {
  /** PEM, with its chain. @default what `PUT /ssl` has set, else a self-signed one */
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
  /** PEM contents. Without `ca`, the engine's certificate is not verified. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** The first user, with a password or its bcrypt hash. */
export type Administrator = {
  /** @default "admin" */
  readonly username?: string;
} & (
  | { readonly password: string; readonly passwordHash?: undefined }
  | { readonly passwordHash: string; readonly password?: undefined }
);
