import { connectionOf } from "./api/endpoint/connection";
import { emptyControl } from "./api/resource-control";
import { requireEndpointAccess } from "./auth/access";
import { type Authenticator, refuseTwoCredentials } from "./auth/authenticate";
import { mayUseRegistry } from "./auth/registry";
import { mayUseControl } from "./auth/resource-control";
import type { GatewayControls, GatewayHost } from "./gateway/host";
import { HttpError } from "./http-error";
import { found } from "./not-found";
import type { ResourceControlRecord } from "./store/records";
import type { Store } from "./store/store";
import type { TlsFiles } from "./tls-files";

/** What the gateway plane may know and do, from the store. */
export function createGatewayHost(
  store: Store,
  authenticator: Authenticator,
  tlsFiles: TlsFiles,
): GatewayHost {
  return {
    async authorize(request, endpointId) {
      refuseTwoCredentials(request);
      const { caller } = await authenticator.identify(request);
      const endpoint = found(store.endpoints, endpointId);
      requireEndpointAccess(store, caller, endpoint);
      const environment = await connectionOf(tlsFiles, endpoint).catch((cause: Error) => {
        throw new HttpError(500, "Unable to create proxy", cause.message, { cause });
      });
      return { caller, environment };
    },
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

function gatewayControls(store: Store): GatewayControls {
  const insert = (type: number, resourceId: string, access: Partial<ResourceControlRecord>) =>
    store.change(() =>
      store.resourceControls.insert((Id) => ({ ...emptyControl(type, resourceId), ...access, Id })),
    );
  return {
    async current() {
      const { resourceControls } = store;
      return {
        isEmpty: resourceControls.size === 0,
        find: (type, id) =>
          resourceControls.find((c) => c.Type === type && c.ResourceId === id) ??
          resourceControls.find((c) => c.SubResourceIds.includes(id)),
      };
    },
    createPrivate: (type, resourceId, userId) =>
      insert(type, resourceId, { UserAccesses: [{ UserId: userId, AccessLevel: 1 }] }),
    createFromLabels: (type, resourceId, access) => {
      const users = store.users.filter(({ Username }) => access.users.includes(Username.toLowerCase()));
      const teams = store.teams.filter(({ Name }) => access.teams.includes(Name.toLowerCase()));
      return insert(type, resourceId, {
        Public: access.public,
        UserAccesses: users.map(({ Id }) => ({ UserId: Id, AccessLevel: 1 })),
        TeamAccesses: teams.map(({ Id }) => ({ TeamId: Id, AccessLevel: 1 })),
      });
    },
    async remove(type, resourceId) {
      await store.change(() => {
        const control = store.resourceControls.find((c) => c.Type === type && c.ResourceId === resourceId);
        if (control) store.resourceControls.delete(control.Id);
      });
    },
    mayUse: mayUseControl,
  };
}
