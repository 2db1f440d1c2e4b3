import type { AgentIdentity } from "./agent/identity";
import type { Authenticator } from "./auth/authenticate";
import type { LoginLimiter } from "./auth/limiter";
import type { Sessions } from "./auth/session";
import type { Clock } from "./clock";
import type { Engines, Gateway } from "./gateway";
import type { Serving } from "./https/serving";
import type { StackRecord } from "./store/records";
import type { Store } from "./store/store";
import type { TlsFiles } from "./tls-files";

/** What handlers use. */
export interface Services {
  readonly store: Store;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly authenticator: Authenticator;
  readonly limiter: LoginLimiter;
  readonly tlsFiles: TlsFiles;
  readonly agentIdentity: AgentIdentity;
  readonly engines: Engines;
  readonly gateway: Gateway;
  readonly autoUpdates: { update(stack: StackRecord): Promise<void> };
  /** The folder of the server's own account in a cluster. */
  readonly serviceAccount: string;
  /** Required to initialise the server, if set. */
  readonly setupToken: string | undefined;
  /** The path that answers give as the folder of an object. */
  folderOf(kind: string, id: number): string;
  readonly serving: Serving;
  /** To be called when the first administrator was created. */
  administratorCreated(): Promise<void>;
}
