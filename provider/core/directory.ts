import { type CallOptions, isApiError, type PortainerClient } from "../../client";
import { ProviderError } from "./errors";

/** A user or team as a program names it: by id, by the resource that has the id, or by name. */
type Entry = number | string;

/** Users and teams. */
export interface Subjects {
  readonly users?: readonly Entry[] | undefined;
  readonly teams?: readonly Entry[] | undefined;
}
type Kind = keyof Subjects;

/** The ids behind the names of users and teams. */
export interface Directory {
  /** `undefined` for a name that the server does not know. */
  idOf(kind: Kind, entry: Entry): number | undefined;
}

const KINDS = ["users", "teams"] as const;

const isName = (entry: Entry): entry is string => typeof entry === "string" && !/^[1-9]\d*$/.test(entry);
/** Portainer compares names without regard to case. */
const fold = (name: string): string => name.toLowerCase();

/** Knows ids, and no names. */
export const IDS_ALONE: Directory = directoryOf({ users: new Map(), teams: new Map() });

/** Asks the server for the ids behind names; ids alone need no request. */
export async function lookUp(
  client: PortainerClient,
  subjects: Subjects | undefined,
  call: CallOptions = {},
): Promise<Directory> {
  const names = {
    users: subjects?.users?.filter(isName) ?? [],
    teams: subjects?.teams?.filter(isName) ?? [],
  };
  const [users, teams] = await Promise.all([
    names.users.length > 0 ? usersByName(client, names.users, call) : new Map<string, number>(),
    names.teams.length > 0 ? teamsByName(client, call) : new Map<string, number>(),
  ]);
  return directoryOf({ users, teams });
}

/** Refuses names that the server does not know, before anything is changed. */
export function requireKnown(subjects: Subjects | undefined, directory: Directory): void {
  for (const kind of KINDS) {
    const stranger = subjects?.[kind]?.find((entry) => directory.idOf(kind, entry) === undefined);
    if (stranger === undefined) continue;
    throw new ProviderError(`access.${kind}: there is no ${kind.slice(0, -1)} "${stranger}" on the server`);
  }
}

function directoryOf(known: Readonly<Record<Kind, ReadonlyMap<string, number>>>): Directory {
  return { idOf: (kind, entry) => (isName(entry) ? known[kind].get(fold(entry)) : Number(entry)) };
}

async function teamsByName({ teams }: PortainerClient, call: CallOptions): Promise<Map<string, number>> {
  return new Map((await teams.list({}, call)).map(({ Id, Name }) => [fold(Name), Id]));
}

/** A standard user may not list the users, and needs no list to find itself. */
async function usersByName(
  client: PortainerClient,
  names: readonly string[],
  call: CallOptions,
): Promise<Map<string, number>> {
  try {
    return new Map((await client.users.list({}, call)).map(({ Id, Username }) => [fold(Username), Id]));
  } catch (error) {
    if (!isApiError(error) || error.status !== 403 || !error.isJson) throw error;
    const self = await ownAccount(client, call);
    const other = names.find((name) => fold(name) !== fold(self?.username ?? ""));
    if (self && other === undefined) return new Map([[fold(self.username), self.id]]);
    const who = self ? `"${self.username}" is neither` : "the user of this API key is neither";
    throw new ProviderError(
      `access.users: only administrators and leaders of teams may look up the id of "${other}", and ${who}: give the id itself, which needs no look-up`,
    );
  }
}

interface Account {
  readonly id: number;
  readonly username: string;
}

/** Whose credentials these are: a login's token tells, and for an API key Portainer 2.20 and newer. */
export async function ownAccount(
  client: PortainerClient,
  call: CallOptions = {},
): Promise<Account | undefined> {
  const account = await client.account(call);
  if (account) return account;
  try {
    const { Id, Username } = await client.users.me({}, call);
    return { id: Id, username: Username };
  } catch (error) {
    if (isApiError(error) && (error.status === 400 || error.status === 404)) return undefined;
    throw error;
  }
}
