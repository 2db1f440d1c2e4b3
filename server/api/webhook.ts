import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { contract } from "../../contract";
import { mayUseRegistry } from "../auth/access";
import type { Caller } from "../auth/caller";
import { engineOf } from "../environment";
import { found, HttpError, NOT_IN_DATABASE, noSuchRow } from "../http-error";
import type { Handlers } from "../route/call";
import { readFilters } from "../route/decode";
import type { Services } from "../services";
import type { Store } from "../store/store";
import { restartService } from "./service";

export function webhookHandlers(services: Services): Handlers<typeof contract.webhooks> {
  const { store } = services;
  return {
    list({ caller, query }) {
      if (!caller.isAdmin) return [];
      const { ResourceID, EndpointID } = readFilters(Filters, query.filters);
      return store.webhooks.filter(
        (hook) =>
          (ResourceID === "" && EndpointID === 0) ||
          (hook.ResourceId === ResourceID && hook.EndpointId === EndpointID),
      );
    },

    create({ caller, body }) {
      return store.change(() => {
        if (store.webhooks.find((hook) => hook.ResourceId === body.ResourceID))
          throw new HttpError(409, "A webhook for this resource already exists");
        requireAdmin(caller, "create");
        const RegistryId = body.RegistryID ?? 0;
        if (RegistryId !== 0) requireRegistry(store, caller, RegistryId, body.EndpointID);
        return store.webhooks.insert((Id) => ({
          Id,
          Token: randomUUID(),
          ResourceId: body.ResourceID,
          EndpointId: body.EndpointID,
          RegistryId,
          Type: body.WebhookType,
        }));
      });
    },

    update({ caller, params, body }) {
      return store.change(() => {
        const hook = found(store.webhooks, params.id);
        requireAdmin(caller, "update");
        const RegistryId = body.RegistryID ?? 0;
        if (RegistryId !== 0) requireRegistry(store, caller, RegistryId, hook.EndpointId);
        return store.webhooks.put(hook.Id, { ...hook, RegistryId });
      });
    },

    async delete({ caller, params }) {
      requireAdmin(caller, "delete");
      await store.change(() => {
        if (store.webhooks.get(params.id)) store.webhooks.delete(params.id);
      });
    },

    async fire({ params, query }) {
      const hook = store.webhooks.find(({ Token }) => Token === params.token);
      if (!hook) throw new HttpError(404, "Unable to find a webhook with this token", NOT_IN_DATABASE);
      const endpoint = found(store.endpoints, hook.EndpointId);
      const registry = store.registries.get(hook.RegistryId);
      if (hook.RegistryId !== 0 && !registry)
        throw new HttpError(500, "Error getting registry", noSuchRow("registries", hook.RegistryId));
      await restartService(await engineOf(services, endpoint), {
        serviceId: hook.ResourceId,
        tag: query.tag,
        pull: true,
        ...(registry?.Authentication && {
          credentials: {
            username: registry.Username,
            password: registry.Password,
            serveraddress: registry.URL,
          },
        }),
      });
    },
  };
}

function requireAdmin(caller: Caller, verb: string): void {
  if (!caller.isAdmin) throw new HttpError(403, `Not authorized to ${verb} a webhook`);
}

function requireRegistry(store: Store, caller: Caller, id: number, endpointId: number): void {
  const registry = store.registries.get(id);
  if (!registry || !mayUseRegistry(caller, registry, endpointId))
    throw new HttpError(403, "Permission deny to access registry", noSuchRow("registries", id));
}

const Filters = z.object({ ResourceID: z.string().default(""), EndpointID: z.int().default(0) });
