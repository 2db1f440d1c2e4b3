import type { Caller } from "../auth/caller";
import type { Engines, GatewayEnvironment, ShellPod } from "../gateway";
import { HttpError } from "../http-error";
import type { Store } from "../store/store";
import { Cluster } from "./cluster";
import { type NamespaceUser, namespacesOf } from "./namespace-access";
import { startShellPod } from "./shell-pod";
import { type AccountToken, userToken } from "./user-account";

/** Tokens that expire sooner than this are replaced, in milliseconds. */
const MARGIN = 60_000;
/** The service account of the server's own installation in a cluster. */
const OWN_ACCOUNT = "portainer-sa-clusteradmin";

/** The last token of a user on an environment, and the facts from which the rights of its account were derived. */
interface Known {
  readonly situation: string;
  readonly token: Promise<AccountToken>;
}

/** The tokens that callers use in clusters. Administrators use the server's, each standard user that of a service account. */
export class KubernetesTokens {
  readonly #store: Store;
  readonly #engines: Engines;
  readonly #account: string;
  readonly #known = new Map<string, Known>();

  constructor(store: Store, engines: Engines, account: string) {
    this.#store = store;
    this.#engines = engines;
    this.#account = account;
  }

  /** Throws an `HttpError`. */
  async of(caller: Caller, environment: GatewayEnvironment): Promise<string> {
    const cluster = this.#clusterOf(environment);
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

  /** Starts a shell pod that uses the caller's account. Throws an `HttpError`. */
  async shell(caller: Caller, environment: GatewayEnvironment): Promise<ShellPod> {
    const cluster = this.#clusterOf(environment);
    if (!caller.isAdmin) await this.of(caller, environment);
    const account = caller.isAdmin ? OWN_ACCOUNT : this.#accountOf(caller);
    return startShellPod(cluster, account, this.#store.settings.get(1)?.KubectlShellImage ?? "");
  }

  /** Drops the tokens of one environment. */
  forget(environmentId: number): void {
    for (const key of this.#known.keys()) if (key.startsWith(`${environmentId} `)) this.#known.delete(key);
  }

  #clusterOf(environment: GatewayEnvironment): Cluster {
    return new Cluster(this.#engines.of(environment), environment, this.#account);
  }

  #accountOf({ id }: Caller): string {
    return `portainer-sa-user-${this.#store.instance.get(1)?.InstanceID}-${id}`;
  }

  async #tokenOf(caller: Caller, { id, url }: GatewayEnvironment, cluster: Cluster): Promise<AccountToken> {
    const user = this.#userOf(caller, id);
    const key = `${id} ${caller.id}`;
    // A change of teams, or of the rule for the default namespace, changes the allowed namespaces.
    const situation = [url, user.isDefaultRestricted, ...user.teamIds].join(" ");
    const known = this.#known.get(key);
    if (known?.situation === situation) {
      const token = await known.token;
      if (token.expires - MARGIN > Date.now()) return token;
    }
    const token = userToken(cluster, this.#accountOf(caller), () => namespacesOf(cluster, user));
    const made = { situation, token };
    this.#known.set(key, made);
    token.catch(() => {
      if (this.#known.get(key) === made) this.#known.delete(key);
    });
    return token;
  }

  #userOf({ id, teamIds }: Caller, environmentId: number): NamespaceUser {
    const { Configuration } = (this.#store.endpoints.get(environmentId)?.Kubernetes ?? {}) as {
      Configuration?: { RestrictDefaultNamespace?: boolean };
    };
    return { id, teamIds, isDefaultRestricted: Configuration?.RestrictDefaultNamespace === true };
  }
}
