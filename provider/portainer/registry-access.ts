import { z } from "zod";
import { isApiError } from "../../client";
import { accessEntry, type EntryOutputs, entryShape } from "../core/access-entry";
import { ProviderError } from "../core/errors";
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
    const { RegistryAccesses } = await registries.get({ params: { id } }).catch(refuseStandardUsers);
    return RegistryAccesses?.[String(endpointId)] ?? {};
  },
  /** Portainer replaces all three lists together. */
  write: ({ registries }, [registryId = 0, id = 0], _changes, whole) =>
    registries.setAccess({
      params: { id, registryId },
      body: {
        UserAccessPolicies: whole.UserAccessPolicies ?? {},
        TeamAccessPolicies: whole.TeamAccessPolicies ?? {},
        Namespaces: [...(whole.Namespaces ?? [])],
      },
    }),
});

/** Portainer shows who may use a registry to administrators alone; others get a 500 that names a parameter. */
function refuseStandardUsers(error: unknown): never {
  if (isApiError(error) && /missing query parameter/i.test(error.message))
    throw new ProviderError("only an administrator may manage who uses a registry");
  throw error;
}
