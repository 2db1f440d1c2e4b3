import { z } from "zod";
import { Id } from "./common";
import { live, route } from "./route";
import { TeamMembership } from "./team-membership";

export const Team = z.looseObject({ Id, Name: z.string() });
export type Team = z.infer<typeof Team>;

export const teams = {
  list: route({
    method: "GET",
    path: "/teams",
    access: "restricted",
    summary: "List the teams",
    query: z.object({ onlyLedTeams: z.string().optional(), environmentId: z.string().optional() }),
    response: z.array(Team),
    fails: { 500: "There is no such environment." },
    verified: live,
  }),
  create: route({
    method: "POST",
    path: "/teams",
    access: "administrator",
    summary: "Create a team",
    body: z.object({
      Name: z.string("Invalid team name").min(1, "Invalid team name"),
      TeamLeaders: z.array(z.int()).optional(),
    }),
    response: Team,
    fails: { 409: "The name is taken." },
    verified: live,
  }),
  get: route({
    method: "GET",
    path: "/teams/:id",
    access: "teamLeader",
    summary: "Show a team",
    response: Team,
    verified: live,
  }),
  update: route({
    method: "PUT",
    path: "/teams/:id",
    access: "administrator",
    summary: "Rename a team",
    body: z.object({ Name: z.string().optional() }),
    response: Team,
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/teams/:id",
    access: "administrator",
    summary: "Delete a team and its memberships",
    verified: live,
  }),
  memberships: route({
    method: "GET",
    path: "/teams/:id/memberships",
    access: "teamLeader",
    summary: "List the members of a team",
    response: z.array(TeamMembership),
    verified: live,
  }),
};
