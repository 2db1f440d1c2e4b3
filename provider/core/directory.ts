import { type CallOptions, isApiError, type PortainerClient } from "../../client";
import { ProviderError } from "./errors";

/** The administrator whom Portainer creates at initialisation, and never deletes. */
export const INITIAL_ADMINISTRATOR = 1;

/** A user or team in a program: its id, a resource with that id, or its name. */
type Entry = number | string;

/** Users and teams. */
export interface Subjects {
  readonly users?: readonly Entry[] | undefined;
  readonly teams?: readonly Entry[] | undefined;
}
type Kind = keyof Subjects;

/** Resolves the names of users and teams to ids. */
export interface Directory {
  /** `undefined` for a name that the server does not know. */
  idOf(kind: Kind, entry: Entry): number | undefined;
}

const KINDS = ["users", "teams"] as const;

const isName = (entry: Entry): entry is string => typeof entry === "string" && !/^[1-9]\d*$/.test(entry);
/** Portainer ignores case when it compares names. */
const fold = (name: string): string => name.toLowerCase();

/** Resolves ids, but no names. */
export const IDS_ALONE: Directory = directoryOf({ users: new Map(), teams: new Map() });

/** Looks up the ids of all names on the server. If all entries are ids, it makes no request. */
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

/** Refuses unknown names before anything is changed. */
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

/** Portainer does not let standard users list users; but a user's own name needs no list. */
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

/** The user of these credentials: from the token of a login, or for an API key from Portainer 2.20 and newer. */
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
