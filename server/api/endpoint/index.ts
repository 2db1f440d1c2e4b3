import type { contract } from "../../../contract";
import { mayUseEndpoint, requireEndpointAccess } from "../../auth/access";
import { engineOf } from "../../environment";
import { isEdge } from "../../gateway/environment-type";
import { found, HttpError, noSuchRow } from "../../http-error";
import type { Handlers, ResponseOptions } from "../../route/call";
import { defined } from "../../route/decode";
import type { Services } from "../../services";
import { setEdgeGroups } from "../edge-group";
import { restartService } from "../service";
import { unknownTag } from "../tag";
import { createEndpoint } from "./create";
import { listEndpoints } from "./list";
import { shown } from "./shown";
import { isReachable, takeSnapshot } from "./snapshot";
import { updateEndpoint } from "./update";

/** Deletes an environment. Its stacks, resource controls and webhooks stay, and so does everything on its engine. */
async function deleteEndpoint({ store, tlsFiles, gateway }: Services, id: number): Promise<void> {
  await store.change(() => {
    store.endpoints.delete(found(store.endpoints, id).Id);
    setEdgeGroups(store, id, []);
    for (const registry of store.registries.filter(
      ({ RegistryAccesses }) => String(id) in RegistryAccesses,
    )) {
      const { [String(id)]: removed, ...RegistryAccesses } = registry.RegistryAccesses;
      store.registries.put(registry.Id, { ...registry, RegistryAccesses });
    }
  });
  gateway.forget(id);
  await tlsFiles.remove(id);
}

/** Has an answer only if some environments did not exist. */
async function deleteMany(
  services: Services,
  { endpoints }: { endpoints: { id: number }[] },
  reply: ResponseOptions,
) {
  const deleted: number[] = [];
  const errors: number[] = [];
  for (const { id } of endpoints) {
    const isKnown = services.store.endpoints.get(id) !== undefined;
    if (isKnown) await deleteEndpoint(services, id);
    (isKnown ? deleted : errors).push(id);
  }
  if (errors.length === 0) return undefined;
  reply.status = 206;
  return { deleted, errors };
}

export function endpointHandlers(services: Services): Handlers<typeof contract.endpoints> {
  const { store } = services;
  return {
    list: (call) => listEndpoints(store, call),

    create: ({ form }) => createEndpoint(services, form),

    get({ caller, params, query }) {
      const endpoint = found(store.endpoints, params.id);
      requireEndpointAccess(store, caller, endpoint);
      return shown(endpoint, { snapshot: query.excludeSnapshot !== "true", composeVersion: "3.9" });
    },

    update: ({ params, body }) => updateEndpoint(services, params.id, body),

    updateSettings: ({ params, body }) =>
      store.change(() => {
        const endpoint = found(store.endpoints, params.id);
        const { enableGPUManagement, gpus, ...security } = body;
        return shown(
          store.endpoints.put(endpoint.Id, {
            ...endpoint,
            Gpus: gpus ?? endpoint.Gpus,
            EnableGPUManagement: enableGPUManagement ?? endpoint.EnableGPUManagement,
            SecuritySettings: { ...endpoint.SecuritySettings, ...defined(security) },
          }),
        );
      }),

    async snapshot({ params }) {
      const endpoint = found(store.endpoints, params.id);
      if (!isReachable(endpoint)) throw new HttpError(400, "Snapshots not supported for this environment");
      await takeSnapshot(services, endpoint);
    },

    async snapshotAll() {
      const engines = store.endpoints.filter(isReachable);
      await Promise.all(engines.map((endpoint) => takeSnapshot(services, endpoint)));
    },

    deleteMany: ({ body, reply }) => deleteMany(services, body, reply),

    deleteManyByPost: ({ body, reply }) => deleteMany(services, body, reply),

    async updateRelations({ body }) {
      await store.change(() => {
        for (const [id, { EdgeGroups, Tags, Group }] of Object.entries(body.Relations)) {
          const endpoint = store.endpoints.get(Number(id));
          if (!endpoint) throw noRelations("endpoints", id);
          const unknown = unknownTag(store, Tags ?? []);
          if (unknown !== undefined) throw noRelations("tags", unknown);
          const change = defined({ TagIds: Tags, GroupId: Group || undefined });
          store.endpoints.put(endpoint.Id, { ...endpoint, ...change });
          if (!EdgeGroups) continue;
          const missing = EdgeGroups.find((group) => !store.edgeGroups.get(group));
          if (missing !== undefined) throw noRelations("edgegroups", missing);
          setEdgeGroups(store, endpoint.Id, EdgeGroups);
        }
      });
    },

    agentVersions: ({ caller }) => {
      const versions = store.endpoints
        .filter((endpoint) => mayUseEndpoint(store, caller, endpoint))
        .flatMap(({ AgentVersion }) => AgentVersion ?? []);
      return [...new Set(versions)];
    },

    async forceUpdateService({ caller, params, body }) {
      const endpoint = found(store.endpoints, params.id);
      if (!mayUseEndpoint(store, caller, endpoint))
        throw new HttpError(403, "Permission denied to force update service", "Access denied to environment");
      const engine = await engineOf(services, endpoint);
      const restart = { serviceId: body.ServiceID, pull: body.PullImage };
      return restartService(engine, restart, "Error force update service");
    },

    async deleteAssociation({ params }) {
      const { Id, Type } = found(store.endpoints, params.id);
      if (!isEdge(Type)) throw new HttpError(400, "Invalid environment type");
      await store.change(() => {
        const { Snapshot, KubernetesSnapshot, ...endpoint } = found(store.endpoints, Id);
        store.endpoints.put(Id, endpoint);
      });
    },

    findByEdgeId({ headers }) {
      if (!headers["x-portaineragent-edgeid"])
        throw new HttpError(400, "Invalid Edge ID", "the Edge ID cannot be empty");
      throw new HttpError(404, "Unable to find the endpoint in the database");
    },

    async delete({ params }) {
      await deleteEndpoint(services, params.id);
    },
  };
}

const noRelations = (bucket: string, id: number | string): HttpError =>
  new HttpError(500, "Unable to update environment relations", noSuchRow(bucket, id));
