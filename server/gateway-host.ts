import { connectionOf, type Means } from "./api/endpoint/connection";
import { requireEndpointAccess } from "./auth/access";
import { type Authenticator, refuseTwoCredentials } from "./auth/authenticate";
import { mayUseRegistry } from "./auth/registry";
import type { GatewayHost } from "./gateway/host";
import { gatewayControls } from "./gateway-controls";
import { HttpError } from "./http-error";
import { KubernetesTokens } from "./kubernetes/tokens";
import { found } from "./not-found";
import type { Store } from "./store/store";

/** What the gateway plane may know and do, from the store. */
export function createGatewayHost(
  store: Store,
  authenticator: Authenticator,
  means: Means,
  serviceAccount: string,
): GatewayHost {
  const tokens = new KubernetesTokens(store, serviceAccount);
  return {
    async authorize(request, endpointId) {
      refuseTwoCredentials(request);
      const { caller } = await authenticator.identify(request);
      const endpoint = found(store.endpoints, endpointId);
      requireEndpointAccess(store, caller, endpoint);
      const environment = await connectionOf(means, endpoint).catch((cause: Error) => {
        throw new HttpError(500, "Unable to create proxy", cause.message, { cause });
      });
      return { caller, environment };
    },
    async authenticate(request) {
      refuseTwoCredentials(request);
      await authenticator.identify(request);
    },
    kubernetesToken: (caller, environment) => tokens.of(caller, environment),
    kubernetesAccessChanged: (environmentId) => tokens.forget(environmentId),
    startShell: (caller, environment) => tokens.shell(caller, environment),
    controls: gatewayControls(store),
    hiddenLabels: async () => store.settings.get(1)?.BlackListedLabels ?? [],
    async registryAuth(caller, environmentId, registryId) {
      const registry = store.registries.get(registryId);
      if (!registry || !mayUseRegistry(caller, registry, environmentId)) return undefined;
      return {
        username: registry.Username,
        password: registry.Password,
        serveraddress: registry.URL,
      };
    },
  };
}
