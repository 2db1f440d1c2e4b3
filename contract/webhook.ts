import { z } from "zod";
import { Id } from "./common";
import { live, route } from "./route";

export const Webhook = z.looseObject({
  Id,
  /** The secret part of the URL to call. */
  Token: z.string(),
  ResourceId: z.string(),
  EndpointId: z.int(),
  RegistryId: z.int(),
  /** 1: a service. */
  Type: z.int(),
});
export type Webhook = z.infer<typeof Webhook>;

export const webhooks = {
  list: route({
    method: "GET",
    path: "/webhooks",
    access: "authenticated",
    summary: "List the webhooks; standard users see none",
    query: z.object({ filters: z.string().optional() }),
    response: z.array(Webhook),
    verified: live,
  }),
  create: route({
    method: "POST",
    path: "/webhooks",
    access: "authenticated",
    summary: "Create a webhook that updates a swarm service",
    body: z.object({
      ResourceID: z.string("Invalid ResourceID").min(1, "Invalid ResourceID"),
      EndpointID: z.int("Invalid EndpointID").refine((id) => id !== 0, "Invalid EndpointID"),
      RegistryID: z.int().optional(),
      WebhookType: z.literal(1, "Invalid WebhookType"),
    }),
    response: Webhook,
    fails: { 409: "The service has a webhook." },
    verified: live,
  }),
  update: route({
    method: "PUT",
    path: "/webhooks/:id",
    access: "authenticated",
    since: "2.11",
    summary: "Change the registry whose credentials a webhook pulls with",
    body: z.object({ RegistryID: z.int().optional() }),
    response: Webhook,
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/webhooks/:id",
    access: "authenticated",
    summary: "Delete a webhook; deleting an unknown one succeeds too",
    verified: live,
  }),
  fire: route({
    method: "POST",
    path: "/webhooks/:token",
    access: "public",
    summary: "Update the service of a webhook",
    query: z.object({ tag: z.string().optional() }),
    pace: "slow",
    fails: {
      404: "There is no such webhook, or no such image.",
      500: "The engine cannot be reached, or refuses.",
    },
    verified: live,
  }),
};
