import { z } from "zod";
import { live, route, source } from "../route";
import { AtVersion, CreatedInSwarm, NewSwarmFile, SwarmFile } from "./swarm-file";

export const configs = {
  create: route({
    method: "POST",
    path: "/configs/create",
    access: "restricted",
    summary: "Create a config of the swarm",
    body: NewSwarmFile,
    response: CreatedInSwarm,
    pace: "slow",
    fails: { 409: "A config has the name." },
    verified: live,
  }),
  list: route({
    method: "GET",
    path: "/configs",
    access: "restricted",
    summary: "List the configs that the caller may see",
    query: z.object({ filters: z.string().optional() }),
    response: z.array(SwarmFile),
    verified: live,
  }),
  inspect: route({
    method: "GET",
    path: "/configs/:id",
    access: "restricted",
    summary: "Show a config",
    response: SwarmFile,
    verified: live,
  }),
  update: route({
    method: "POST",
    path: "/configs/:id/update",
    access: "restricted",
    summary: "Change the labels of a config: an engine changes nothing else",
    query: AtVersion,
    body: NewSwarmFile,
    status: 200,
    pace: "slow",
    verified: source,
  }),
  delete: route({
    method: "DELETE",
    path: "/configs/:id",
    access: "restricted",
    summary: "Delete a config that no service uses",
    pace: "slow",
    verified: live,
  }),
};
