import { randomUUID } from "node:crypto";
import type { contract } from "../../contract";
import type { Caller } from "../auth/caller";
import { mayUseRegistry } from "../auth/registry";
import { HttpError } from "../http-error";
import { found, NOT_IN_DATABASE, noSuchRow } from "../not-found";
import type { Handlers } from "../route/call";
import type { Services } from "../services";
import type { Store } from "../store/store";
import { connectionOf } from "./endpoint/connection";
import { restartService } from "./service";

export function webhookHandlers(services: Services): Handlers<typeof contract.webhooks> {
  const { store } = services;
  return {
    list({ caller, query }) {
      if (!caller.isAdmin) return [];
      const { ResourceID, EndpointID } = readFilters(query.filters);
      return store.webhooks.filter(
        (hook) =>
          (ResourceID === undefined && EndpointID === undefined) ||
          (hook.ResourceId === ResourceID && hook.EndpointId === EndpointID),
      );
    },

    create({ caller, body }) {
      requireAdmin(caller, "create");
      return store.change(() => {
        if (store.webhooks.find((hook) => hook.ResourceId === body.ResourceID))
          throw new HttpError(409, "A webhook for this resource already exists");
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
      requireAdmin(caller, "update");
      return store.change(() => {
        const hook = found(store.webhooks, params.id);
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
      await restartService(await connectionOf(services, endpoint), {
        serviceId: hook.ResourceId,
        tag: query.tag,
        credentials: registry && {
          username: registry.Username,
          password: registry.Password,
          serveraddress: registry.URL,
        },
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

function readFilters(text: string | undefined): { ResourceID?: string; EndpointID?: number } {
  if (!text) return {};
  try {
    return JSON.parse(text) as { ResourceID?: string; EndpointID?: number };
  } catch (cause) {
    throw new HttpError(400, "Invalid query parameter: filters", (cause as Error).message, { cause });
  }
}
