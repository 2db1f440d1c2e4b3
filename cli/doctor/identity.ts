import { Role as PortainerRole, TeamRole } from "../../contract";
import type { Connection } from "../../provider/connection";
import type { Credentials } from "../../provider/core/connection-settings";
import { ownAccount } from "../../provider/core/directory";
import { type Found, type Limits, nothing, problem, problemOf } from "./finding";
import type { Identity, KeyReport, Role } from "./report";
import { refusedTo } from "./role";

export async function identityOf(connection: Connection): Promise<Found<Identity | null>> {
  const unknown = (message: string) => ({ value: null, problems: [problem("unknown", "identity", message)] });
  try {
    const { credentials } = connection;
    if (!credentials)
      return unknown(
        "There are no credentials, so environments were not looked at: set PORTAINER_API_KEY, or PORTAINER_USERNAME and PORTAINER_PASSWORD.",
      );
    const { client } = connection;
    const account = await ownAccount(client);
    if (!account)
      return unknown("Portainer says whose an API key is since 2.20: update it, or log in with a password.");
    const { id } = account;
    const [user, memberships] = await Promise.all([
      client.users.get({ params: { id } }),
      client.users.memberships({ params: { id } }),
    ]);
    const leads = memberships.some(({ Role }) => Role === TeamRole.leader);
    const role = roleOf(user.Role, leads);
    const value: Identity = {
      id,
      username: user.Username,
      role,
      by: kindOf(credentials),
      mayNot: refusedTo(role),
    };
    return nothing(value);
  } catch (error) {
    return { value: null, problems: [problemOf(error, "identity")] };
  }
}

function roleOf(role: number, leads: boolean): Role {
  if (role === PortainerRole.administrator) return "administrator";
  return leads ? "team leader" : "standard user";
}

const kindOf = (credentials: Credentials): Identity["by"] =>
  "apiKey" in credentials ? "API key" : "password";

const DAY = 24 * 60 * 60 * 1000;

export async function keysOf(
  { client, credentials }: Connection,
  id: number,
  now: number,
  { keyAge }: Limits,
): Promise<Found<readonly KeyReport[]>> {
  try {
    const used = credentials && "apiKey" in credentials ? credentials.apiKey : "";
    const value = (await client.apiKeys.list({ params: { id } })).map(
      ({ prefix, description, dateCreated, lastUsed }): KeyReport => ({
        prefix,
        description,
        inUse: used.startsWith(prefix),
        ageInDays: Math.floor((now - dateCreated * 1000) / DAY),
        lastUsed: lastUsed === 0 ? null : new Date(lastUsed * 1000).toISOString(),
      }),
    );
    const problems = value
      .filter(({ ageInDays }) => keyAge !== undefined && ageInDays > keyAge)
      .map(({ prefix, description, ageInDays }) =>
        problem(
          "warning",
          `API key ${prefix}`,
          `"${description}" is ${ageInDays} days old: make another one and revoke it.`,
        ),
      );
    return { value, problems };
  } catch (error) {
    return { value: [], problems: [problemOf(error, "API keys")] };
  }
}
