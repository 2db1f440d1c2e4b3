import type { contract } from "../../../contract";
import { mayUseRegistry, requireEndpointAccess } from "../../auth/access";
import { found, HttpError, noSuchRow } from "../../http-error";
import type { Handlers } from "../../route/call";
import type { Services } from "../../services";
import type { RegistryRecord } from "../../store/records";
import { configured, createRegistry, requireComplete, updatedRegistry } from "./change";

const UNSET = {
  UserAccessPolicies: null,
  TeamAccessPolicies: null,
  AuthorizedUsers: null,
  AuthorizedTeams: null,
};

/** A registry as shown to administrators. Unlike Portainer, this server never shows the password. */
function shown({ Password, ...registry }: RegistryRecord) {
  return { ...registry, ...UNSET };
}

/** A registry without anything that would allow a login. */
function hidden(registry: RegistryRecord, { accesses = true } = {}) {
  return {
    ...shown(registry),
    ManagementConfiguration: null,
    ...(!accesses && { RegistryAccesses: null }),
  };
}

export function registryHandlers(services: Services): Handlers<typeof contract.registries> {
  const { store } = services;
  return {
    list: () => store.registries.list().map(shown),

    create: ({ body }) => store.change(() => hidden(createRegistry(store, body), { accesses: false })),

    get({ caller, params, query }) {
      const registry = found(store.registries, params.id);
      if (caller.isAdmin) return hidden(registry);
      const endpointId = Number(query.endpointId);
      if (!Number.isInteger(endpointId))
        throw new HttpError(500, "Unable to retrieve info from request context", "Missing query parameter");
      requireEndpointAccess(store, caller, found(store.endpoints, endpointId));
      if (!mayUseRegistry(caller, registry, endpointId))
        throw new HttpError(403, "Access denied to resource");
      return hidden(registry, { accesses: false });
    },

    update: (call) =>
      store.change(() => {
        const registry = found(store.registries, call.params.id);
        return shown(store.registries.put(registry.Id, updatedRegistry(store, registry, call.body)));
      }),

    async configure({ params, form }) {
      requireComplete(form);
      found(store.registries, params.id);
      const files = await services.tlsFiles.writeAll(`registry_${params.id}`, {
        ca: form.TLSCACertFile?.content,
        cert: form.TLSCertFile?.content,
        key: form.TLSKeyFile?.content,
      });
      await store.change(() => {
        const registry = found(store.registries, params.id);
        store.registries.put(registry.Id, configured(registry, form, files));
      });
    },

    async delete({ params }) {
      await store.change(() => store.registries.delete(found(store.registries, params.id).Id));
    },

    listOfEndpoint({ caller, params }) {
      const endpoint = found(store.endpoints, params.id);
      return store.registries
        .filter((registry) => mayUseRegistry(caller, registry, endpoint.Id))
        .map((registry) => hidden(registry, { accesses: caller.isAdmin }));
    },

    async setAccess(call) {
      const { caller, params } = call;
      requireEndpointAccess(store, caller, found(store.endpoints, params.id));
      if (!caller.isAdmin) throw new HttpError(403, "User is not authorized");
      await store.change(() => {
        const registry = store.registries.get(params.registryId);
        // Portainer takes the missing registry for a missing environment, and clients know that text.
        if (!registry)
          throw new HttpError(
            404,
            "Unable to find an environment with the specified identifier inside the database",
            noSuchRow("registries", params.registryId),
          );
        const { body } = call;
        const access = {
          UserAccessPolicies: body.UserAccessPolicies ?? null,
          TeamAccessPolicies: body.TeamAccessPolicies ?? null,
          Namespaces: body.Namespaces ?? [],
        };
        const RegistryAccesses = { ...registry.RegistryAccesses, [params.id]: access };
        store.registries.put(registry.Id, { ...registry, RegistryAccesses });
      });
    },
  };
}
