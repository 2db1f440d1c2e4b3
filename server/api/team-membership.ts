import type { contract } from "../../contract";
import type { Caller } from "../auth/caller";
import { found, HttpError } from "../http-error";
import type { Handlers } from "../route/call";
import type { Services } from "../services";

export function teamMembershipHandlers({ store }: Services): Handlers<typeof contract.teamMemberships> {
  return {
    list: () => store.teamMemberships.list(),

    create: ({ caller, body }) =>
      store.change(() => {
        if (!leads(caller, body.TeamID))
          throw new HttpError(
            403,
            "Permission denied to manage team memberships",
            "Access denied to resource",
          );
        if (store.teamMemberships.find((m) => m.UserID === body.UserID && m.TeamID === body.TeamID))
          throw new HttpError(
            409,
            "Team membership already registered",
            "Team membership already exists for this user and team",
          );
        return store.teamMemberships.insert((Id) => ({ Id, ...body }));
      }),

    update: ({ caller, params, body }) =>
      store.change(() => {
        const membership = found(store.teamMemberships, params.id);
        if (!leads(caller, body.TeamID) || !leads(caller, membership.TeamID))
          throw new HttpError(403, "Permission denied to update the membership", "Access denied to resource");
        return store.teamMemberships.put(membership.Id, { Id: membership.Id, ...body });
      }),

    async delete({ caller, params }) {
      await store.change(() => {
        const membership = found(store.teamMemberships, params.id);
        if (!leads(caller, membership.TeamID))
          throw new HttpError(403, "Permission denied to delete the membership", "Access denied to resource");
        store.teamMemberships.delete(membership.Id);
      });
    },
  };
}

const leads = (caller: Caller, team: number): boolean => caller.isAdmin || caller.teamLeaderOf.includes(team);
