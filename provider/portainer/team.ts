import { z } from "zod";
import type { Team } from "../../contract";
import { type Installed, portainerObject } from "../core/object";
import { filledIn } from "../core/schema";

export const TeamSchema = z.object({
  /**
   * The team's name, unique on the server regardless of case. Changed in place. Portainer: `Name`.
   * @default the resource's name
   */
  name: filledIn(z.string().min(1, "the name is empty")),
  /**
   * What to do when a team with this name exists: `"matching"` adopts it with its members, and destroying the resource
   * then deletes it. @default refuse
   */
  adopt: z.literal("matching").optional(),
});
export type TeamArgs = z.input<typeof TeamSchema>;

export interface TeamOutputs extends Installed {
  /** The team's id in Portainer, a number; `id` is the same as text. */
  readonly teamId: number;
}

/** A team of users, for the `access` of other resources. */
export const team = portainerObject<typeof TeamSchema, TeamOutputs, Team>({
  type: "Team",
  what: "team",
  schema: TeamSchema,
  properties: { name: { normalize: (name: string) => name.toLowerCase() } },
  misnomers: { team: "name", teamName: "name" },

  id: "teamId",
  inputs: ({ Name }) => ({ name: Name }),
  outputs: ({ Id }) => ({ teamId: Id }),
  list: ({ teams }) => teams.list(),
  get: ({ teams }, id) => teams.get({ params: { id } }),
  create: ({ teams }, { name }) => teams.create({ body: { Name: name } }),
  update: ({ teams }, id, { name }) => teams.update({ params: { id }, body: { Name: name } }),
  delete: ({ teams }, id) => teams.delete({ params: { id } }),
});
