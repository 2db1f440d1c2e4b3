import { z } from "zod";
import { Id } from "./common";
import { live, route } from "./route";

export const Tag = z.looseObject({
  /** Spelt in capitals, unlike every other entity's. */
  ID: Id,
  Name: z.string(),
  /** Environments and groups that carry it, by id. */
  Endpoints: z.record(z.string(), z.boolean()).nullish(),
  EndpointGroups: z.record(z.string(), z.boolean()).nullish(),
});
export type Tag = z.infer<typeof Tag>;

export const tags = {
  list: route({
    method: "GET",
    path: "/tags",
    access: "authenticated",
    summary: "List the tags",
    response: z.array(Tag),
    verified: live,
  }),
  create: route({
    method: "POST",
    path: "/tags",
    access: "administrator",
    summary: "Create a tag",
    body: z.object({ Name: z.string("Invalid tag name").min(1, "Invalid tag name") }),
    response: Tag,
    fails: { 409: "The name is taken." },
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/tags/:id",
    access: "administrator",
    summary: "Delete a tag",
    verified: live,
  }),
};
