import type { PortainerClient } from "../../client";
import type { AccessPolicies, Endpoint } from "../../contract";
import { ProviderError } from "../core/failure";
import type { Access } from "./schema";

type Entry = number | string;
type Kind = keyof Access;

/** The ids of users and teams by name, as far as a program names any. */
export type Directory = Readonly<Record<Kind, ReadonlyMap<string, number>>>;

const isName = (entry: Entry): entry is string => typeof entry === "string" && !/^[1-9]\d*$/.test(entry);
/** Portainer compares names without regard to case. */
const fold = (name: string): string => name.toLowerCase();

/** Asks the server for the ids behind names; ids alone need no request. */
export async function lookUp(
  { users, teams }: PortainerClient,
  access: Access | undefined,
): Promise<Directory> {
  return {
    users: access?.users?.some(isName)
      ? new Map((await users.list({})).map(({ Id, Username }) => [fold(Username), Id]))
      : new Map(),
    teams: access?.teams?.some(isName)
      ? new Map((await teams.list({})).map(({ Id, Name }) => [fold(Name), Id]))
      : new Map(),
  };
}

function idOf(entry: Entry, kind: Kind, directory: Directory): number | undefined {
  return isName(entry) ? directory[kind].get(fold(entry)) : Number(entry);
}

/** Refuses names that the server does not know, before anything is changed. */
export function refuseStrangers(access: Access | undefined, directory: Directory): void {
  for (const kind of ["users", "teams"] as const) {
    const stranger = access?.[kind]?.find((entry) => idOf(entry, kind, directory) === undefined);
    if (stranger === undefined) continue;
    throw new ProviderError(`access.${kind}: there is no ${kind.slice(0, -1)} "${stranger}" on the server`);
  }
}

/** The lists as Portainer keeps them. What is known of somebody who keeps access is kept. */
export function policiesOf(
  access: Access,
  { UserAccessPolicies, TeamAccessPolicies }: Endpoint,
  directory: Directory,
): { UserAccessPolicies?: AccessPolicies; TeamAccessPolicies?: AccessPolicies } {
  const policies = (kind: Kind, entries: readonly Entry[], present: AccessPolicies | null | undefined) =>
    Object.fromEntries(
      entries.map((entry) => {
        const id = String(idOf(entry, kind, directory));
        return [id, present?.[id] ?? { RoleId: 0 }];
      }),
    );
  return {
    ...(access.users && { UserAccessPolicies: policies("users", access.users, UserAccessPolicies) }),
    ...(access.teams && { TeamAccessPolicies: policies("teams", access.teams, TeamAccessPolicies) }),
  };
}

/** Who has access now, in the program's spelling where it has one, else by id. */
export function accessNow(
  wished: Access | undefined,
  { UserAccessPolicies, TeamAccessPolicies }: Endpoint,
  directory: Directory,
): Access {
  const now = (kind: Kind, policies: AccessPolicies | null | undefined): Entry[] => {
    const present = Object.keys(policies ?? {}).map(Number);
    const spelled = (wished?.[kind] ?? []).map((entry) => ({ entry, id: idOf(entry, kind, directory) }));
    return [
      ...spelled.filter(({ id }) => id !== undefined && present.includes(id)).map(({ entry }) => entry),
      ...present.filter((id) => !spelled.some((known) => known.id === id)),
    ];
  };
  return { users: now("users", UserAccessPolicies), teams: now("teams", TeamAccessPolicies) };
}

/** The order of a list means nothing, nor does the case of a name. */
export function normalizeAccess({ users, teams }: Access): unknown {
  const set = (entries: readonly Entry[] | undefined) =>
    entries && [...new Set(entries.map((entry) => fold(String(entry))))].sort();
  return { users: set(users), teams: set(teams) };
}
