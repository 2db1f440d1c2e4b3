import { Role, TeamRole } from "../../contract";
import type { UserRecord } from "../store/records";
import type { Store } from "../store/store";

/** The owner of the token or API key of a request. */
export interface Caller {
  readonly id: number;
  readonly username: string;
  /** See `Role` in the contract. */
  readonly role: number;
  readonly isAdmin: boolean;
  readonly teamIds: readonly number[];
  /** The teams among them that this user leads. */
  readonly teamLeaderOf: readonly number[];
}

export function callerOf(store: Store, user: UserRecord): Caller {
  const memberships = store.teamMemberships.filter(({ UserID }) => UserID === user.Id);
  return {
    id: user.Id,
    username: user.Username,
    role: user.Role,
    isAdmin: user.Role === Role.administrator,
    teamIds: memberships.map(({ TeamID }) => TeamID),
    teamLeaderOf: memberships.filter(({ Role }) => Role === TeamRole.leader).map(({ TeamID }) => TeamID),
  };
}
