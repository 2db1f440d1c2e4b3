import type { AccessPolicies, Endpoint } from "../../../contract";
import type { Directory } from "../../core/directory";
import type { EndpointAccess } from "./schema";

type Entry = number | string;
type Kind = keyof EndpointAccess;

/** The lists in Portainer's form. A user or team that keeps access keeps its present policy. */
export function policiesOf(
  access: EndpointAccess,
  { UserAccessPolicies, TeamAccessPolicies }: Endpoint,
  directory: Directory,
): { UserAccessPolicies?: AccessPolicies; TeamAccessPolicies?: AccessPolicies } {
  const policies = (kind: Kind, entries: readonly Entry[], present: AccessPolicies | null | undefined) =>
    Object.fromEntries(
      entries.map((entry) => {
        const id = String(directory.idOf(kind, entry));
        return [id, present?.[id] ?? { RoleId: 0 }];
      }),
    );
  return {
    ...(access.users && { UserAccessPolicies: policies("users", access.users, UserAccessPolicies) }),
    ...(access.teams && { TeamAccessPolicies: policies("teams", access.teams, TeamAccessPolicies) }),
  };
}

/** The users and teams that have access, in the program's spelling where it names them, otherwise by id. */
export function accessNow(
  desired: EndpointAccess | undefined,
  { UserAccessPolicies, TeamAccessPolicies }: Endpoint,
  directory: Directory,
): EndpointAccess {
  const now = (kind: Kind, policies: AccessPolicies | null | undefined): Entry[] => {
    const present = Object.keys(policies ?? {}).map(Number);
    const spelled = (desired?.[kind] ?? []).map((entry) => ({ entry, id: directory.idOf(kind, entry) }));
    return [
      ...spelled.filter(({ id }) => id !== undefined && present.includes(id)).map(({ entry }) => entry),
      ...present.filter((id) => !spelled.some((known) => known.id === id)),
    ];
  };
  return { users: now("users", UserAccessPolicies), teams: now("teams", TeamAccessPolicies) };
}

/** Ignores the order of a list and the case of names. */
export function normalizeAccess({ users, teams }: EndpointAccess): unknown {
  const set = (entries: readonly Entry[] | undefined) =>
    entries && [...new Set(entries.map((entry) => String(entry).toLowerCase()))].sort();
  return { users: set(users), teams: set(teams) };
}
