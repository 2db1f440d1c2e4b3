/** The input `access` of an object that Portainer can guard: as a program writes it, and as Portainer keeps it. */
import { z } from "zod";
import type { AccessPolicies } from "../../contract";
import type { Directory } from "./directory";
import { IdSchema } from "./schema";

/** A user or team in a program. */
export const NameOrId = z.union([z.string().min(1, "the name is empty"), IdSchema]);

export const AccessSchema = z.strictObject({
  /** The users who may use it, by name, id or resource. All other users lose access, except through teams. */
  users: z.array(NameOrId).optional(),
  /** The teams whose members may use it, by name, id or resource. */
  teams: z.array(NameOrId).optional(),
});
export type AccessLists = z.output<typeof AccessSchema>;

/** Portainer's lists of who may use an object; the keys are the ids of users and teams. */
export interface Policies {
  readonly UserAccessPolicies?: AccessPolicies | null | undefined;
  readonly TeamAccessPolicies?: AccessPolicies | null | undefined;
}

/** The lists to set; one that is left out stays as it is. */
export interface NewPolicies {
  readonly UserAccessPolicies?: AccessPolicies;
  readonly TeamAccessPolicies?: AccessPolicies;
}

const FIELD = { users: "UserAccessPolicies", teams: "TeamAccessPolicies" } as const;
const KINDS = ["users", "teams"] as const;
type Entries = NonNullable<AccessLists["users"]>;

/** The desired lists in Portainer's form. A user or team that keeps access keeps its present policy. */
export function policiesOf(access: AccessLists, present: Policies, directory: Directory): NewPolicies {
  return Object.fromEntries(
    KINDS.flatMap((kind) => {
      const entries = access[kind];
      if (!entries) return [];
      const ids = entries.map((entry) => String(directory.idOf(kind, entry)));
      const policies = ids.map((id) => [id, present[FIELD[kind]]?.[id] ?? { RoleId: 0 }]);
      return [[FIELD[kind], Object.fromEntries(policies)]];
    }),
  );
}

/**
 * The users and teams that have access now, in the program's spelling where it names them, otherwise by id. Only the lists
 * that the program has, or both where it has no `access`.
 */
export function accessNow(
  desired: AccessLists | undefined,
  present: Policies,
  directory: Directory,
): AccessLists {
  const kinds = KINDS.filter((kind) => !desired || desired[kind] !== undefined);
  return Object.fromEntries(
    kinds.map((kind) => {
      const ids = Object.keys(present[FIELD[kind]] ?? {}).map(Number);
      const spelled = (desired?.[kind] ?? []).map((entry) => ({ entry, id: directory.idOf(kind, entry) }));
      const kept = spelled.filter(({ id }) => id !== undefined && ids.includes(id)).map(({ entry }) => entry);
      return [kind, [...kept, ...ids.filter((id) => !spelled.some((known) => known.id === id))]];
    }),
  );
}

/** The lists to set in an update: one that the program no longer has becomes empty, one that it never had stays as it is. */
export function accessAfter(
  olds: AccessLists | undefined,
  news: AccessLists | undefined,
): AccessLists | undefined {
  const users = news?.users ?? (olds?.users && []);
  const teams = news?.teams ?? (olds?.teams && []);
  return users || teams ? { users, teams } : undefined;
}

/** Ignores the order of a list and the case of names. */
export function normalizeAccess({ users, teams }: AccessLists): unknown {
  const set = (entries: Entries | undefined) =>
    entries && [...new Set(entries.map((entry) => String(entry).toLowerCase()))].sort();
  return { users: set(users), teams: set(teams) };
}
