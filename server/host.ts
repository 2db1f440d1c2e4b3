import { emptyControl } from "./api/resource-control";
import { mayUseControl, mayUseRegistry, requireEndpointAccess } from "./auth/access";
import { refuseTwoCredentials } from "./auth/authenticate";
import { connectionOf } from "./environment";
import type { ControlIndex, GatewayControls, GatewayHost } from "./gateway/host";
import { found, HttpError } from "./http-error";
import { KubernetesTokens } from "./kubernetes/tokens";
import type { Services } from "./services";
import type { ResourceControlRecord } from "./store/records";
import type { Store } from "./store/store";

/** The gateway plane's access to resource controls. */
export function gatewayControls(store: Store): GatewayControls {
  const { resourceControls } = store;
  let indexed = { revision: -1, index: indexOf([]) };
  const index = () => {
    const { revision } = resourceControls;
    if (indexed.revision !== revision) indexed = { revision, index: indexOf(resourceControls.list()) };
    return indexed.index;
  };
  const insert = (type: number, resourceId: string, access: Partial<ResourceControlRecord>) =>
    resourceControls.insert((Id) => ({ ...emptyControl(type, resourceId), ...access, Id }));

  return {
    current: async () => index(),
    createPrivate: (type, resourceId, userId) =>
      store.change(() => insert(type, resourceId, { UserAccesses: [{ UserId: userId, AccessLevel: 1 }] })),
    // Two lists may see the same labels at once; only the first one stores a control.
    createFromLabels: (type, resourceId, access) =>
      store.change(() => {
        const known = index().find(type, resourceId);
        if (known) return known;
        const users = store.users.filter(({ Username }) => access.users.includes(Username.toLowerCase()));
        const teams = store.teams.filter(({ Name }) => access.teams.includes(Name.toLowerCase()));
        return insert(type, resourceId, {
          Public: access.public,
          UserAccesses: users.map(({ Id }) => ({ UserId: Id, AccessLevel: 1 })),
          TeamAccesses: teams.map(({ Id }) => ({ TeamId: Id, AccessLevel: 1 })),
        });
      }),
    async remove(type, resourceId) {
      await store.change(() => {
        const control = resourceControls.find((c) => c.Type === type && c.ResourceId === resourceId);
        if (control) resourceControls.delete(control.Id);
      });
    },
    mayUse: mayUseControl,
  };
}

/** Indexes controls by resource. If a resource has several, the oldest one counts. */
function indexOf(controls: readonly ResourceControlRecord[]): ControlIndex {
  const own = new Map<string, ResourceControlRecord>();
  const inherited = new Map<string, ResourceControlRecord>();
  const add = (map: Map<string, ResourceControlRecord>, key: string, control: ResourceControlRecord) => {
    if (!map.has(key)) map.set(key, control);
  };
  for (const control of controls) {
    add(own, `${control.Type} ${control.ResourceId}`, control);
    for (const id of control.SubResourceIds) add(inherited, id, control);
  }
  return {
    isEmpty: controls.length === 0,
    find: (type, id) => own.get(`${type} ${id}`) ?? inherited.get(id),
  };
}

/** Gives the gateway plane what it needs from the store. */
export function createGatewayHost(
  services: Pick<
    Services,
    "store" | "authenticator" | "tlsFiles" | "agentIdentity" | "engines" | "serviceAccount"
  >,
): GatewayHost {
  const { store, authenticator, engines, serviceAccount } = services;
  const tokens = new KubernetesTokens(store, engines, serviceAccount);
  return {
    async authorize(request, endpointId) {
      refuseTwoCredentials(request);
      const { caller } = await authenticator.identify(request);
      const endpoint = found(store.endpoints, endpointId);
      requireEndpointAccess(store, caller, endpoint);
      const environment = await connectionOf(services, endpoint).catch((cause: Error) => {
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
