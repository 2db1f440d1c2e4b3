import { z } from "zod";
import { accessEntry, type EntryOutputs, entryShape } from "../core/access-entry";
import { IdSchema } from "../core/schema";

export const EndpointGroupAccessSchema = z.object({
  /** The environment group, by id or `EndpointGroup`. A change replaces the entry. */
  groupId: IdSchema,
  ...entryShape,
});
export type EndpointGroupAccessArgs = z.input<typeof EndpointGroupAccessSchema>;

export interface EndpointGroupAccessOutputs extends EntryOutputs {}

/** A user or team that may use all environments of a group. */
export const endpointGroupAccess = accessEntry<typeof EndpointGroupAccessSchema>({
  type: "EndpointGroupAccess",
  what: "environment group",
  schema: EndpointGroupAccessSchema,
  object: ["groupId"],
  whole: "EndpointGroup",
  misnomers: { userId: "user", teamId: "team", endpointGroupId: "groupId", group: "groupId" },
  lock: (instanceId, [id]) => `${instanceId}/EndpointGroup/${id}`,
  read: ({ endpointGroups }, [id = 0]) => endpointGroups.get({ params: { id } }),
  write: ({ endpointGroups }, [id = 0], { UserAccessPolicies, TeamAccessPolicies }) =>
    endpointGroups.update({
      params: { id },
      body: {
        UserAccessPolicies: UserAccessPolicies ?? undefined,
        TeamAccessPolicies: TeamAccessPolicies ?? undefined,
      },
    }),
});
