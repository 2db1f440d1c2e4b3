import { z } from "zod";
import { listOf } from "./common";
import { live, route } from "./route";

export const ResourceType = {
  container: 1,
  service: 2,
  volume: 3,
  network: 4,
  secret: 5,
  stack: 6,
  config: 7,
  customTemplate: 8,
} as const;

export const ResourceControl = z.looseObject({
  Id: z.int(),
  ResourceId: z.string(),
  SubResourceIds: listOf(z.string()),
  Type: z.int(),
  UserAccesses: listOf(z.object({ UserId: z.int(), AccessLevel: z.int() })),
  TeamAccesses: listOf(z.object({ TeamId: z.int(), AccessLevel: z.int() })),
  Public: z.boolean(),
  AdministratorsOnly: z.boolean(),
  System: z.boolean(),
});
export type ResourceControl = z.infer<typeof ResourceControl>;

const Ownership = z.object({
  Public: z.boolean().optional(),
  AdministratorsOnly: z.boolean().optional(),
  Users: z.array(z.int()).optional(),
  Teams: z.array(z.int()).optional(),
});

const TYPE_RULE =
  "Invalid payload: Invalid type value. Value must be one of: 1 - container, 2 - service, 3 - volume, 4 - network, 5 - secret, 6 - stack, 7 - config, 8 - custom template, 9 - azure-container-group";

export const resourceControls = {
  create: route({
    method: "POST",
    path: "/resource_controls",
    access: "administrator",
    summary: "Set who may use a Docker object or stack",
    body: Ownership.extend({
      ResourceID: z
        .string("Invalid payload: invalid resource identifier")
        .min(1, "Invalid payload: invalid resource identifier"),
      Type: z.int(TYPE_RULE).min(1, TYPE_RULE).max(9, TYPE_RULE),
      SubResourceIDs: z.array(z.string()).optional(),
    }),
    response: ResourceControl,
    fails: { 409: "The object has an access rule." },
    verified: live,
  }),
  update: route({
    method: "PUT",
    path: "/resource_controls/:id",
    access: "authenticated",
    summary: "Change who may use a Docker object or stack",
    body: Ownership,
    response: ResourceControl,
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/resource_controls/:id",
    access: "administrator",
    summary: "Remove an access rule; only administrators then see the object",
    verified: live,
  }),
};
