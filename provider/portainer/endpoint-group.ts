import { z } from "zod";
import { type EndpointGroup, UNASSIGNED_GROUP } from "../../contract";
import { AccessSchema } from "../core/access";
import { type Installed, portainerObject } from "../core/object";
import { filledIn, IdSchema, idNumber, normalizeIds } from "../core/schema";

export const EndpointGroupSchema = z.object({
  /**
   * The group's name. Portainer allows two groups with one name; a create refuses that, because nobody could tell them
   * apart. Changed in place. Portainer: `Name`.
   * @default the resource's name
   */
  name: filledIn(z.string().min(1, "the name is empty")),
  /**
   * A text that Portainer shows with the group. Changed in place. Portainer cannot clear it: a description that is no
   * longer set stays on the group. Portainer: `Description`.
   */
  description: z
    .string()
    .min(1, "Portainer cannot clear a description: leave it out, or write another text")
    .optional(),
  /**
   * The group's tags, by id or `Tag`, in any order; they count for every environment of the group. Changed in place.
   * Portainer: `TagIDs`. @default not managed
   */
  tagIds: z.array(IdSchema).optional(),
  /**
   * Who may use the environments of the group besides administrators. A list that is left out is not managed. Changed in
   * place. Portainer: `UserAccessPolicies`, `TeamAccessPolicies`. @default not managed; nobody in a new group
   */
  access: AccessSchema.optional(),
  /**
   * What to do when a group with this name exists: `"matching"` adopts it if it is as desired, `"replace"` adopts it and
   * changes it. Destroying the resource then deletes it. @default refuse
   */
  adopt: z.enum(["matching", "replace"]).optional(),
});

export type EndpointGroupArgs = z.input<typeof EndpointGroupSchema>;

export interface EndpointGroupOutputs extends Installed {
  /** The group's id in Portainer, a number; `id` is the same as text. */
  readonly groupId: number;
}

/** A group of environments. Which environments are in it is said by their `groupId`, and never changed here. */
export const endpointGroup = portainerObject<typeof EndpointGroupSchema, EndpointGroupOutputs, EndpointGroup>(
  {
    type: "EndpointGroup",
    what: "environment group",
    schema: EndpointGroupSchema,
    properties: { tagIds: { normalize: normalizeIds, whenRemoved: [] } },
    misnomers: {
      group: "name",
      groupName: "name",
      tags: "tagIds",
      users: "access.users",
      teams: "access.teams",
    },
    refusesNamesakes: false,

    id: "groupId",
    inputs: ({ Name, Description, TagIds }) => ({ name: Name, description: Description, tagIds: TagIds }),
    outputs: ({ Id }) => ({ groupId: Id }),
    policies: (group) => group,
    reserved: ({ Id }) =>
      Id === UNASSIGNED_GROUP ? "it is Portainer's own group, of all environments in no other" : undefined,
    list: ({ endpointGroups }) => endpointGroups.list(),
    get: ({ endpointGroups }, id) => endpointGroups.get({ params: { id } }),
    create: ({ endpointGroups }, { name, description, tagIds }) =>
      endpointGroups.create({
        body: { Name: name, Description: description, TagIDs: tagIds?.map(idNumber) },
      }),
    update: ({ endpointGroups }, id, { name, description, tagIds }, policies) =>
      endpointGroups.update({
        params: { id },
        body: { Name: name, Description: description, TagIDs: tagIds?.map(idNumber), ...policies },
      }),
    delete: ({ endpointGroups }, id) => endpointGroups.delete({ params: { id } }),
  },
);
