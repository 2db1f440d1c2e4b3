import { z } from "zod";
import { Id } from "./common";
import { live, route } from "./route";

export const TeamRole = { leader: 1, member: 2 } as const;

export const TeamMembership = z.looseObject({ Id, UserID: z.int(), TeamID: z.int(), Role: z.int() });
export type TeamMembership = z.infer<typeof TeamMembership>;

const Required = (message: string) => z.int(message).refine((id) => id !== 0, message);

const Fields = z.object({
  UserID: Required("Invalid UserID"),
  TeamID: Required("Invalid TeamID"),
  Role: z.literal([1, 2], "Invalid role value. Value must be one of: 1 (leader) or 2 (member)"),
});

export const teamMemberships = {
  list: route({
    method: "GET",
    path: "/team_memberships",
    access: "teamLeader",
    summary: "List all memberships",
    response: z.array(TeamMembership),
    verified: live,
  }),
  create: route({
    method: "POST",
    path: "/team_memberships",
    access: "teamLeader",
    summary: "Put a user into a team",
    body: Fields,
    response: TeamMembership,
    fails: { 409: "The user is in the team." },
    verified: live,
  }),
  update: route({
    method: "PUT",
    path: "/team_memberships/:id",
    access: "teamLeader",
    summary: "Change a membership",
    body: Fields,
    response: TeamMembership,
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/team_memberships/:id",
    access: "teamLeader",
    summary: "Take a user out of a team",
    verified: live,
  }),
};
