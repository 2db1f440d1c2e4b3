import { z } from "zod";
import type { Tag } from "../../contract";
import { type Installed, portainerObject } from "../core/object";
import { filledIn } from "../core/schema";

export const TagSchema = z.object({
  /**
   * The tag's name, unique on the server. Portainer cannot rename a tag, so a change replaces it. Portainer: `Name`.
   * @default the resource's name
   */
  name: filledIn(z.string().min(1, "the name is empty")),
  /**
   * What to do when a tag with this name exists: `"matching"` adopts it, and destroying the resource then deletes it.
   * @default refuse
   */
  adopt: z.literal("matching").optional(),
});
export type TagArgs = z.input<typeof TagSchema>;

export interface TagOutputs extends Installed {
  /** The tag's id in Portainer, a number; `id` is the same as text. */
  readonly tagId: number;
}

/** A tag for environments and environment groups. */
export const tag = portainerObject<typeof TagSchema, TagOutputs, Tag>({
  type: "Tag",
  what: "tag",
  schema: TagSchema,
  properties: { name: { change: "replace" } },
  misnomers: { tag: "name", tagName: "name", label: "name" },

  id: "tagId",
  inputs: ({ Name }) => ({ name: Name }),
  outputs: ({ ID }) => ({ tagId: ID }),
  list: ({ tags }) => tags.list(),
  create: ({ tags }, { name }) => tags.create({ body: { Name: name } }),
  delete: ({ tags }, id) => tags.delete({ params: { id } }),
});
