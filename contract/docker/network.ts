import { z } from "zod";
import { live, route } from "../route";
import { PortainerDecoration } from "./decoration";

const Text = z.record(z.string(), z.string());

export const NetworkIpam = z.looseObject({
  Driver: z.string().optional(),
  Options: Text.nullish(),
  Config: z
    .array(
      z.looseObject({
        Subnet: z.string().optional(),
        IPRange: z.string().optional(),
        Gateway: z.string().optional(),
        AuxiliaryAddresses: Text.nullish(),
      }),
    )
    .nullish(),
});

export const NetworkInspect = z.looseObject({
  Id: z.string(),
  Name: z.string(),
  Created: z.string().optional(),
  Scope: z.string().optional(),
  Driver: z.string().optional(),
  EnableIPv6: z.boolean().optional(),
  Internal: z.boolean().optional(),
  Attachable: z.boolean().optional(),
  Ingress: z.boolean().optional(),
  IPAM: NetworkIpam.nullish(),
  Options: Text.nullish(),
  Labels: Text.nullish(),
  /** The containers that run on it, by id. */
  Containers: z.record(z.string(), z.looseObject({ Name: z.string().optional() })).nullish(),
  Portainer: PortainerDecoration.optional(),
});
export type NetworkInspect = z.infer<typeof NetworkInspect>;

export const networks = {
  create: route({
    method: "POST",
    path: "/networks/create",
    access: "restricted",
    summary: "Create a network",
    body: z.looseObject({ Name: z.string() }),
    response: z.looseObject({ Id: z.string(), Warning: z.string().optional() }),
    pace: "slow",
    verified: live,
  }),
  list: route({
    method: "GET",
    path: "/networks",
    access: "restricted",
    summary: "List the networks that the caller may see",
    query: z.object({ filters: z.string().optional() }),
    response: z.array(
      z.looseObject({
        Id: z.string(),
        Name: z.string(),
        Scope: z.string().optional(),
        Labels: Text.nullish(),
      }),
    ),
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/networks/:id",
    access: "restricted",
    summary: "Delete a network that no container is on",
    pace: "slow",
    verified: live,
  }),
  connect: route({
    method: "POST",
    path: "/networks/:id/connect",
    access: "restricted",
    summary: "Connect a container to a network",
    body: z.object({ Container: z.string(), EndpointConfig: z.looseObject({}).optional() }),
    status: 200,
    verified: live,
  }),
  disconnect: route({
    method: "POST",
    path: "/networks/:id/disconnect",
    access: "restricted",
    summary: "Disconnect a container from a network",
    body: z.object({ Container: z.string(), Force: z.boolean().optional() }),
    status: 200,
    verified: live,
  }),
  inspect: route({
    method: "GET",
    path: "/networks/:id",
    access: "restricted",
    summary: "Show a network",
    response: NetworkInspect,
    verified: live,
  }),
};
