import { z } from "zod";
import { live, route } from "../route";

export const networks = {
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
    response: z.looseObject({ Id: z.string(), Name: z.string() }),
    verified: live,
  }),
};
