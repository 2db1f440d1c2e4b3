import { z } from "zod";
import { AccessPolicies, Id, listOf } from "./common";
import { live, route } from "./route";

/** The group of every environment that was put in no other; it cannot be deleted. */
export const UNASSIGNED_GROUP = 1;

export const EndpointGroup = z.looseObject({
  Id,
  Name: z.string(),
  Description: z.string(),
  UserAccessPolicies: AccessPolicies.nullish(),
  TeamAccessPolicies: AccessPolicies.nullish(),
  TagIds: listOf(Id),
});
export type EndpointGroup = z.infer<typeof EndpointGroup>;

export const endpointGroups = {
  list: route({
    method: "GET",
    path: "/endpoint_groups",
    access: "restricted",
    summary: "List the environment groups",
    response: z.array(EndpointGroup),
    verified: live,
  }),
  create: route({
    method: "POST",
    path: "/endpoint_groups",
    access: "administrator",
    summary: "Create an environment group",
    body: z.object({
      Name: z.string("Invalid environment group name").min(1, "Invalid environment group name"),
      Description: z.string().optional(),
      AssociatedEndpoints: z.array(z.int()).optional(),
      TagIDs: z.array(z.int()).optional(),
    }),
    response: EndpointGroup,
    fails: { 500: "There is no such tag." },
    verified: live,
  }),
  get: route({
    method: "GET",
    path: "/endpoint_groups/:id",
    access: "administrator",
    summary: "Show an environment group",
    response: EndpointGroup,
    verified: live,
  }),
  update: route({
    method: "PUT",
    path: "/endpoint_groups/:id",
    access: "administrator",
    summary: "Change an environment group; what is empty stays as it is",
    body: z.object({
      Name: z.string().optional(),
      Description: z.string().optional(),
      TagIDs: z.array(z.int()).optional(),
      UserAccessPolicies: AccessPolicies.optional(),
      TeamAccessPolicies: AccessPolicies.optional(),
    }),
    response: EndpointGroup,
    fails: { 500: "There is no such tag." },
    verified: live,
  }),
  addEndpoint: route({
    method: "PUT",
    path: "/endpoint_groups/:id/endpoints/:endpointId",
    access: "administrator",
    summary: "Move an environment into a group",
    verified: live,
  }),
  removeEndpoint: route({
    method: "DELETE",
    path: "/endpoint_groups/:id/endpoints/:endpointId",
    access: "administrator",
    summary: "Make an environment unassigned",
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/endpoint_groups/:id",
    access: "administrator",
    summary: "Delete an environment group; its members become unassigned",
    verified: live,
  }),
};
