import type * as pulumi from "@pulumi/pulumi";
import type { teamMembership } from "../provider/portainer/team-membership";
import { type ArgsOf, resource } from "./define";

export interface TeamMembershipArgs extends ArgsOf<typeof teamMembership> {}

/**
 * A user's membership in a team. Administrators can manage all, the leaders of a team those of their team.
 *
 * @example
 * ```ts
 * const ops = new portainer.Team("ops");
 * const alice = new portainer.User("alice", { password: new pulumi.Config().requireSecret("alicePassword") });
 * new portainer.TeamMembership("alice-ops", { userId: alice, teamId: ops, role: "leader" });
 * ```
 */
export class TeamMembership extends resource<typeof teamMembership>("TeamMembership")(
  "userId",
  "teamId",
  "role",
  "adopt",
  "membershipId",
  "instanceId",
) {
  /** Looks up a membership that Pulumi does not manage, by the ids of its team and user: `"3/5"`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: Omit<pulumi.CustomResourceOptions, "id">,
  ): TeamMembership {
    return new TeamMembership(name, {} as TeamMembershipArgs, { ...options, id });
  }
}
