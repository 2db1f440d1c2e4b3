import { type contract, RegistryType } from "../../contract";
import { mayUseRegistry, requireEndpointAccess } from "../auth/access";
import type { Caller } from "../auth/caller";
import { found, HttpError } from "../http-error";
import type { Handlers } from "../route/call";
import type { Services } from "../services";
import type { Store } from "../store/store";
import { createRegistry, updatedRegistry } from "./registry/change";

interface PullLimits {
  readonly remaining: number;
  readonly limit: number;
}

interface HubAccount {
  readonly username: string;
  readonly password: string;
}

/** Docker Hub gave no token. */
class NoHubToken extends Error {}

/** Where to ask Docker Hub, and for which image: requests for it do not count as pulls. */
const DOCKER_HUB = { auth: "https://auth.docker.io", registry: "https://registry-1.docker.io" };
const IMAGE = "ratelimitpreview/test";
const TIMEOUT = 15_000;

/** The remaining pulls of an account, or of this address. Throws the reason if Docker Hub does not answer. */
export async function pullLimits(account: HubAccount | undefined, hub = DOCKER_HUB): Promise<PullLimits> {
  const basic = account && Buffer.from(`${account.username}:${account.password}`).toString("base64");
  const signal = AbortSignal.timeout(TIMEOUT);
  const scope = `repository:${IMAGE}:pull`;
  const tokenAnswer = await fetch(`${hub.auth}/token?service=registry.docker.io&scope=${scope}`, {
    headers: basic ? { authorization: `Basic ${basic}` } : {},
    signal,
  }).catch((cause: Error) => {
    throw new NoHubToken(cause.message, { cause });
  });
  if (tokenAnswer.status !== 200)
    throw new NoHubToken(`failed fetching dockerhub token: ${tokenAnswer.status}`);
  const { token } = (await tokenAnswer.json()) as { token: string };
  const { status, headers } = await fetch(`${hub.registry}/v2/${IMAGE}/manifests/latest`, {
    method: "HEAD",
    headers: { authorization: `Bearer ${token}` },
    signal,
  });
  if (status !== 200) throw new Error(`failed fetching dockerhub limits: ${status}`);
  // Accounts without a limit are told none.
  const amount = (name: string) => Number(/^\d+/.exec(headers.get(name) ?? "")?.[0] ?? -1);
  return { remaining: amount("ratelimit-remaining"), limit: amount("ratelimit-limit") };
}

/** Registry 0 stands for nobody. */
const ANONYMOUS = 0;

export function dockerHubHandlers({ store }: Services): Handlers<typeof contract.dockerHub> {
  const hub = () => store.registries.find(({ Type }) => Type === RegistryType.dockerHub);
  return {
    get: () => {
      const { Authentication = false, Username = "" } = hub() ?? {};
      return { Authentication, Username };
    },

    async update({ body }) {
      await store.change(() => {
        const account = { ...body, Authentication: body.Authentication ?? false };
        if (account.Authentication && !(account.Username && account.Password))
          throw new HttpError(
            400,
            "Invalid request payload",
            "Invalid credentials. Username and password must be specified when authentication is enabled",
          );
        const known = hub();
        if (known) store.registries.put(known.Id, updatedRegistry(store, known, account));
        else
          createRegistry(store, {
            Name: "Docker Hub",
            Type: RegistryType.dockerHub,
            URL: "docker.io",
            ...account,
          });
      });
    },

    async limits({ caller, params }) {
      const endpoint = found(store.endpoints, params.id);
      requireEndpointAccess(store, caller, endpoint);
      if (!endpoint.URL.startsWith("unix://")) throw new HttpError(400, "Invalid environment type");
      const account = accountFor(store, caller, endpoint.Id, params.registryId);
      return pullLimits(account).catch((cause: Error) => {
        const what = cause instanceof NoHubToken ? "token" : "rate limits";
        throw new HttpError(500, `Unable to retrieve DockerHub ${what} from DockerHub`, cause.message, {
          cause,
        });
      });
    },
  };
}

function accountFor(
  store: Store,
  caller: Caller,
  endpointId: number,
  registryId: number,
): HubAccount | undefined {
  if (registryId === ANONYMOUS) return undefined;
  const registry = found(store.registries, registryId);
  if (registry.Type !== RegistryType.dockerHub) throw new HttpError(400, "Invalid registry type");
  if (!mayUseRegistry(caller, registry, endpointId)) throw new HttpError(403, "Access denied to resource");
  return registry.Authentication ? { username: registry.Username, password: registry.Password } : undefined;
}
