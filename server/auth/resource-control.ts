import type { ResourceControlRecord } from "../store/records";
import type { Caller } from "./caller";

type Accesses = Pick<ResourceControlRecord, "Public" | "UserAccesses" | "TeamAccesses">;

/** Whether a standard user may use what a control protects. */
export function mayUseControl(caller: Caller, control: Accesses): boolean {
  return (
    control.Public ||
    control.UserAccesses.some(({ UserId }) => UserId === caller.id) ||
    control.TeamAccesses.some(({ TeamId }) => caller.teamIds.includes(TeamId))
  );
}
