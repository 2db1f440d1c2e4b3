import type { Caller } from "../auth/caller";
import type { GatewayEnvironment } from "../gateway/host";
import { HttpError } from "../http-error";
import type { Store } from "../store/store";
import { Cluster } from "./cluster";
import { type AccountToken, userToken } from "./user-account";

/** A token is not used any more when it is valid for less than this, in milliseconds. */
const MARGIN = 60_000;

/** What clusters know callers by: administrators as the server itself, each standard user by an account of his own. */
export class KubernetesTokens {
  readonly #store: Store;
  readonly #account: string;
  readonly #tokens = new Map<string, Promise<AccountToken>>();

  constructor(store: Store, account: string) {
    this.#store = store;
    this.#account = account;
  }

  /** Throws an `HttpError`. */
  async of(caller: Caller, environment: GatewayEnvironment): Promise<string> {
    const cluster = new Cluster(environment, this.#account);
    if (caller.isAdmin) return cluster.ownToken();
    try {
      return (await this.#tokenOf(caller, environment, cluster)).token;
    } catch (cause) {
      if (cause instanceof HttpError) throw cause;
      throw new HttpError(500, "Unable to get the user's service account", (cause as Error).message, {
        cause,
      });
    }
  }

  async #tokenOf(caller: Caller, { id, url }: GatewayEnvironment, cluster: Cluster): Promise<AccountToken> {
    const key = `${id} ${url} ${caller.id}`;
    const known = await this.#tokens.get(key);
    if (known && known.expires - MARGIN > Date.now()) return known;
    const account = `portainer-sa-user-${this.#store.instance.get(1)?.InstanceID}-${caller.id}`;
    const asked = userToken(cluster, account);
    this.#tokens.set(key, asked);
    asked.catch(() => this.#tokens.delete(key));
    return asked;
  }
}
