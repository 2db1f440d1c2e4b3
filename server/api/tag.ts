import type { contract } from "../../contract";
import { found, HttpError } from "../http-error";
import type { Handlers } from "../route/call";
import type { Services } from "../services";
import type { EndpointRecord, TagRecord } from "../store/records";
import type { Store } from "../store/store";

export function tagHandlers({ store }: Services): Handlers<typeof contract.tags> {
  return {
    list: () => store.tags.list().map((tag) => shown(store, tag)),

    create: ({ body }) =>
      store.change(() => {
        if (store.tags.find(({ Name }) => Name === body.Name))
          throw new HttpError(
            409,
            "This name is already associated to a tag",
            "A tag already exists with this name",
          );
        return shown(
          store,
          store.tags.insert((ID) => ({ ID, Name: body.Name })),
        );
      }),

    async delete({ params }) {
      await store.change(() => {
        const tag = found(store.tags, params.id);
        store.tags.delete(tag.ID);
        for (const row of store.endpoints.filter(carries(tag.ID)))
          store.endpoints.put(row.Id, { ...row, TagIds: row.TagIds.filter((id) => id !== tag.ID) });
        for (const row of store.endpointGroups.filter(carries(tag.ID)))
          store.endpointGroups.put(row.Id, { ...row, TagIds: row.TagIds.filter((id) => id !== tag.ID) });
        for (const row of store.edgeGroups.filter(carries(tag.ID)))
          store.edgeGroups.put(row.Id, { ...row, TagIds: row.TagIds.filter((id) => id !== tag.ID) });
      });
    },
  };
}

const carries =
  (tag: number) =>
  ({ TagIds }: { TagIds: number[] }): boolean =>
    TagIds.includes(tag);

/** A tag as answered. Which objects carry it is stored only on those objects. */
function shown(store: Store, tag: TagRecord) {
  return {
    ...tag,
    Endpoints: idSet(store.endpoints.filter(carries(tag.ID))),
    EndpointGroups: idSet(store.endpointGroups.filter(carries(tag.ID))),
  };
}

const idSet = (rows: { Id: number }[]) => Object.fromEntries(rows.map(({ Id }) => [Id, true]));

/** The first of these ids that belongs to no tag. */
export function unknownTag(store: Store, ids: readonly number[]): number | undefined {
  return ids.find((id) => !store.tags.get(id));
}

/** Whether an environment, by itself or by its group, carries all of these tags or, with `any`, one of them. */
export function carriesTags(
  store: Store,
  { TagIds, GroupId }: Pick<EndpointRecord, "TagIds" | "GroupId">,
  wanted: readonly number[],
  any: boolean,
): boolean {
  const carried = new Set([...TagIds, ...(store.endpointGroups.get(GroupId)?.TagIds ?? [])]);
  return any ? wanted.some((tag) => carried.has(tag)) : wanted.every((tag) => carried.has(tag));
}
