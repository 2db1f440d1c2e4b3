import type { z } from "zod";
import type { contract } from "../../contract";
import { isEdge } from "../gateway/environment-type";
import { found, HttpError, noSuchRow } from "../http-error";
import type { Handlers } from "../route/call";
import type { Services } from "../services";
import type { EdgeGroupRecord, EndpointRecord } from "../store/records";
import type { Store } from "../store/store";
import { carriesTags, unknownTag } from "./tag";

export function edgeGroupHandlers({ store }: Services): Handlers<typeof contract.edgeGroups> {
  return {
    list: () => store.edgeGroups.list().map((group) => listed(store, group)),

    create: ({ body }) =>
      store.change(() => {
        requireFreeName(store, body.Name);
        return store.edgeGroups.insert((Id) => ({
          Id,
          Name: body.Name,
          Dynamic: body.Dynamic,
          TagIds: [],
          Endpoints: [],
          PartialMatch: body.PartialMatch,
          ...membersIn(store, body),
        }));
      }),

    get({ params }) {
      const group = found(store.edgeGroups, params.id);
      return { ...group, Endpoints: membersOf(store, group) };
    },

    update({ params, body }) {
      return store.change(() => {
        const group = found(store.edgeGroups, params.id);
        requireFreeName(store, body.Name, group.Id);
        return store.edgeGroups.put(group.Id, {
          ...group,
          Name: body.Name,
          Dynamic: body.Dynamic,
          PartialMatch: body.PartialMatch ?? group.PartialMatch,
          ...membersIn(store, body),
        });
      });
    },

    async delete({ params }) {
      await store.change(() => store.edgeGroups.delete(found(store.edgeGroups, params.id).Id));
    },
  };
}

/** Whether an environment belongs to an edge group. */
export function isMember(store: Store, environment: EndpointRecord, group: EdgeGroupRecord): boolean {
  if (!group.Dynamic) return group.Endpoints.includes(environment.Id);
  return (
    isEdge(environment.Type) &&
    group.TagIds.length > 0 &&
    carriesTags(store, environment, group.TagIds, group.PartialMatch)
  );
}

/** Adds an environment to these edge groups and removes it from all others. Call inside `Store.change`. */
export function setEdgeGroups(store: Store, environmentId: number, ids: readonly number[]): void {
  for (const group of store.edgeGroups.list()) {
    const others = group.Endpoints.filter((id) => id !== environmentId);
    const isListed = others.length < group.Endpoints.length;
    const isWanted = ids.includes(group.Id);
    if (isListed && !isWanted) store.edgeGroups.put(group.Id, { ...group, Endpoints: others });
    if (isWanted && !isListed)
      store.edgeGroups.put(group.Id, { ...group, Endpoints: [...others, environmentId] });
  }
}

function requireFreeName(store: Store, name: string, exceptId?: number): void {
  if (store.edgeGroups.find(({ Name, Id }) => Name === name && Id !== exceptId))
    throw new HttpError(400, "Edge group name must be unique");
}

type Members = z.output<typeof contract.edgeGroups.update.body>;

/** The members that a request names: tags, which need not exist, or edge environments, which must exist. */
function membersIn(store: Store, { Dynamic, TagIDs, Endpoints }: Members): Partial<EdgeGroupRecord> {
  if (Dynamic) return { TagIds: TagIDs };
  const environments = Endpoints.map((id) => {
    const environment = store.endpoints.get(id);
    if (environment) return environment;
    throw new HttpError(500, "Unable to retrieve environment from the database", noSuchRow("endpoints", id));
  });
  return { Endpoints: environments.filter(({ Type }) => isEdge(Type)).map(({ Id }) => Id) };
}

/** The environments of a group; a dynamic group has the trusted ones that carry its tags. */
function membersOf(store: Store, group: EdgeGroupRecord): number[] {
  if (!group.Dynamic) return group.Endpoints;
  const unknown = unknownTag(store, group.TagIds);
  if (unknown !== undefined)
    throw new HttpError(
      500,
      "Unable to retrieve environments and environment groups for Edge group",
      noSuchRow("tags", unknown),
    );
  return store.endpoints
    .filter((environment) => environment.UserTrusted === true && isMember(store, environment, group))
    .map(({ Id }) => Id);
}

/** This server has no edge stacks and no edge jobs. */
function listed(store: Store, group: EdgeGroupRecord) {
  const Endpoints = membersOf(store, group);
  const environments = Endpoints.flatMap((id) => store.endpoints.get(id) ?? []);
  return {
    ...group,
    HasEdgeStack: false,
    HasEdgeJob: false,
    Endpoints,
    EndpointTypes: [...new Set(environments.map(({ Type }) => Type))],
    TrustedEndpoints: environments.filter(({ UserTrusted }) => UserTrusted).map(({ Id }) => Id),
  };
}
