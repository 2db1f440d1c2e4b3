import { type contract, UNASSIGNED_GROUP } from "../../contract";
import { mayUseGroup } from "../auth/access";
import { found, HttpError, noSuchRow } from "../http-error";
import type { Handlers } from "../route/call";
import type { Services } from "../services";
import type { EndpointGroupRecord } from "../store/records";
import type { Store } from "../store/store";
import { unknownTag } from "./tag";

const NO_TAG = "Unable to find a tag inside the database";

export function endpointGroupHandlers({ store }: Services): Handlers<typeof contract.endpointGroups> {
  return {
    list: ({ caller }) => store.endpointGroups.filter((group) => mayUseGroup(caller, group)).map(shown),

    create: ({ body }) =>
      store.change(() => {
        requireTags(store, body.TagIDs ?? [], NO_TAG);
        const group = store.endpointGroups.insert((Id) => ({
          Id,
          Name: body.Name,
          Description: body.Description ?? "",
          UserAccessPolicies: {},
          TeamAccessPolicies: {},
          TagIds: body.TagIDs ?? [],
        }));
        for (const id of body.AssociatedEndpoints ?? []) moveIfKnown(store, id, group.Id);
        return shown(group);
      }),

    get: ({ params }) => shown(found(store.endpointGroups, params.id)),

    update: ({ params, body }) =>
      store.change(() => {
        const group = found(store.endpointGroups, params.id);
        requireTags(store, body.TagIDs ?? [], NO_TAG);
        return shown(
          store.endpointGroups.put(group.Id, {
            ...group,
            Name: body.Name || group.Name,
            Description: body.Description || group.Description,
            TagIds: body.TagIDs ?? group.TagIds,
            UserAccessPolicies: body.UserAccessPolicies ?? group.UserAccessPolicies,
            TeamAccessPolicies: body.TeamAccessPolicies ?? group.TeamAccessPolicies,
          }),
        );
      }),

    async addEndpoint({ params }) {
      await store.change(() => {
        const group = found(store.endpointGroups, params.id);
        const endpoint = found(store.endpoints, params.endpointId);
        store.endpoints.put(endpoint.Id, { ...endpoint, GroupId: group.Id });
      });
    },

    async removeEndpoint({ params }) {
      await store.change(() => {
        found(store.endpointGroups, params.id);
        const endpoint = found(store.endpoints, params.endpointId);
        store.endpoints.put(endpoint.Id, { ...endpoint, GroupId: UNASSIGNED_GROUP });
      });
    },

    async delete({ params }) {
      if (params.id === UNASSIGNED_GROUP)
        throw new HttpError(
          403,
          "Unable to remove the default 'Unassigned' group",
          "Cannot remove the default environment group",
        );
      await store.change(() => {
        const group = found(store.endpointGroups, params.id);
        store.endpointGroups.delete(group.Id);
        for (const { Id } of store.endpoints.filter(({ GroupId }) => GroupId === group.Id))
          moveIfKnown(store, Id, UNASSIGNED_GROUP);
      });
    },
  };
}

function shown(group: EndpointGroupRecord) {
  return { ...group, Labels: null, AuthorizedUsers: null, AuthorizedTeams: null };
}

function requireTags(store: Store, ids: readonly number[], message: string): void {
  const unknown = unknownTag(store, ids);
  if (unknown !== undefined) throw new HttpError(500, message, noSuchRow("tags", unknown));
}

function moveIfKnown(store: Store, endpointId: number, group: number): void {
  const endpoint = store.endpoints.get(endpointId);
  if (endpoint) store.endpoints.put(endpointId, { ...endpoint, GroupId: group });
}
