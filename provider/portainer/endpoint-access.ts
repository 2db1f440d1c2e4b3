import { z } from "zod";
import { accessEntry, type EntryOutputs, entryShape } from "../core/access-entry";
import { IdSchema } from "../core/schema";

export const EndpointAccessSchema = z.object({
  /** The environment, by id or `Endpoint`. A change replaces the entry. */
  endpointId: IdSchema,
  ...entryShape,
});
export type EndpointAccessArgs = z.input<typeof EndpointAccessSchema>;

export interface EndpointAccessOutputs extends EntryOutputs {}

/** A user or team that may use an environment. */
export const endpointAccess = accessEntry<typeof EndpointAccessSchema>({
  type: "EndpointAccess",
  what: "environment",
  schema: EndpointAccessSchema,
  object: ["endpointId"],
  whole: "Endpoint",
  misnomers: { userId: "user", teamId: "team", environmentId: "endpointId", endpoint: "endpointId" },
  lock: (instanceId, [id]) => `${instanceId}/endpoints/${id}`,
  read: ({ endpoints }, [id = 0]) => endpoints.get({ params: { id }, query: { excludeSnapshot: "true" } }),
  write: ({ endpoints }, [id = 0], { UserAccessPolicies, TeamAccessPolicies }) =>
    endpoints.update({
      params: { id },
      body: {
        UserAccessPolicies: UserAccessPolicies ?? undefined,
        TeamAccessPolicies: TeamAccessPolicies ?? undefined,
      },
    }),
});
