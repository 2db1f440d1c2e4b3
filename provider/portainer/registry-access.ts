import { z } from "zod";
import { accessEntry, type EntryOutputs, entryShape } from "../core/access-entry";
import { IdSchema } from "../core/schema";

export const RegistryAccessSchema = z.object({
  /** The registry, by id or `Registry`. A change replaces the entry. */
  registryId: IdSchema,
  /** The environment on which it may be used, by id or `Endpoint`. A change replaces the entry. */
  endpointId: IdSchema,
  ...entryShape,
  /**
   * On an environment of Kubernetes: the namespace that may pull from it. Either this, `user` or `team`. A change
   * replaces the entry. Portainer: `Namespaces`.
   */
  namespace: z.string().min(1, "the namespace is empty").optional(),
});
export type RegistryAccessArgs = z.input<typeof RegistryAccessSchema>;

export interface RegistryAccessOutputs extends EntryOutputs {}

/** A user, team or namespace that may use a registry on one environment. */
export const registryAccess = accessEntry<typeof RegistryAccessSchema>({
  type: "RegistryAccess",
  what: "registry",
  schema: RegistryAccessSchema,
  object: ["registryId", "endpointId"],
  misnomers: { userId: "user", teamId: "team", environmentId: "endpointId", registry: "registryId" },
  // Portainer writes the registry as a whole, so those of one registry wait for each other.
  lock: (instanceId, [id]) => `${instanceId}/Registry/${id}`,
  async read({ registries }, [id = 0, endpointId = 0]) {
    const { RegistryAccesses } = await registries.get({
      params: { id },
      query: { endpointId: String(endpointId) },
    });
    return RegistryAccesses?.[String(endpointId)] ?? {};
  },
  write: ({ registries }, [registryId = 0, id = 0], guard) =>
    registries.setAccess({
      params: { id, registryId },
      body: {
        UserAccessPolicies: guard.UserAccessPolicies ?? {},
        TeamAccessPolicies: guard.TeamAccessPolicies ?? {},
        Namespaces: [...(guard.Namespaces ?? [])],
      },
    }),
});
