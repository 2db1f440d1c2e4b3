import { z } from "zod";
import { live, route, source } from "../route";
import { AtVersion, CreatedInSwarm, NewSwarmFile, SwarmFile } from "./swarm-file";

export const secrets = {
  create: route({
    method: "POST",
    path: "/secrets/create",
    access: "restricted",
    summary: "Create a secret of the swarm",
    body: NewSwarmFile,
    response: CreatedInSwarm,
    pace: "slow",
    fails: { 409: "A secret has the name." },
    verified: live,
  }),
  list: route({
    method: "GET",
    path: "/secrets",
    access: "restricted",
    summary: "List the secrets that the caller may see",
    query: z.object({ filters: z.string().optional() }),
    response: z.array(SwarmFile),
    verified: live,
  }),
  inspect: route({
    method: "GET",
    path: "/secrets/:id",
    access: "restricted",
    summary: "Show a secret, without its data",
    response: SwarmFile,
    verified: live,
  }),
  update: route({
    method: "POST",
    path: "/secrets/:id/update",
    access: "restricted",
    summary: "Change the labels of a secret: an engine changes nothing else",
    query: AtVersion,
    body: NewSwarmFile,
    status: 200,
    pace: "slow",
    verified: source,
  }),
  delete: route({
    method: "DELETE",
    path: "/secrets/:id",
    access: "restricted",
    summary: "Delete a secret that no service uses",
    pace: "slow",
    verified: live,
  }),
};
