import { z } from "zod";
import { Id } from "./common";
import { live, route } from "./route";

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
    verified: live,
  }),
  create: route({
    method: "POST",
    path: "/teams",
    access: "administrator",
    summary: "Create a team",
    body: z.object({
      Name: z.string("Invalid team name").min(1, "Invalid team name"),
      TeamLeaders: z.array(Id).optional(),
    }),
    response: Team,
    verified: live,
  }),
};
