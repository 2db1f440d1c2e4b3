import { z } from "zod";
import { live, route, source } from "../route";
import { AtVersion } from "./swarm-file";

const Texts = z.record(z.string(), z.string());
const Version = z.looseObject({ Index: z.int() });

export const SwarmSpec = z.looseObject({ Name: z.string().optional(), Labels: Texts.nullish() });

export const SwarmInspect = z.looseObject({
  ID: z.string(),
  Version,
  CreatedAt: z.string().optional(),
  Spec: SwarmSpec,
  /** For administrators only. */
  JoinTokens: z.looseObject({ Worker: z.string(), Manager: z.string() }).nullish(),
});
export type SwarmInspect = z.infer<typeof SwarmInspect>;

export const swarm = {
  inspect: route({
    method: "GET",
    path: "/swarm",
    access: "restricted",
    summary: "Show the swarm that the engine manages; join tokens to administrators only",
    response: SwarmInspect,
    verified: live,
  }),
  init: route({
    method: "POST",
    path: "/swarm/init",
    access: "administrator",
    summary: "Make the engine the first manager of a new swarm",
    body: z.looseObject({ ListenAddr: z.string() }),
    response: z.string(),
    pace: "slow",
    verified: source,
  }),
  update: route({
    method: "POST",
    path: "/swarm/update",
    access: "administrator",
    summary: "Change the settings of a swarm, or rotate its tokens and its key",
    query: AtVersion.extend({
      rotateWorkerToken: z.string().optional(),
      rotateManagerToken: z.string().optional(),
      rotateManagerUnlockKey: z.string().optional(),
    }),
    body: SwarmSpec,
    status: 200,
    pace: "slow",
    verified: source,
  }),
  unlockKey: route({
    method: "GET",
    path: "/swarm/unlockkey",
    access: "administrator",
    summary: "Show the key that unlocks managers after a restart; empty without autolock",
    response: z.looseObject({ UnlockKey: z.string() }),
    verified: live,
  }),
  leave: route({
    method: "POST",
    path: "/swarm/leave",
    access: "administrator",
    summary: "Take the engine out of its swarm; the last manager only with `force`",
    query: z.object({ force: z.string().optional() }),
    status: 200,
    pace: "slow",
    verified: live,
  }),
};

export const NodeSpec = z.looseObject({
  Labels: Texts.nullish(),
  Role: z.string().optional(),
  Availability: z.string().optional(),
});

export const NodeInspect = z.looseObject({
  ID: z.string(),
  Version,
  CreatedAt: z.string().optional(),
  Spec: NodeSpec,
  Description: z
    .looseObject({
      Hostname: z.string().optional(),
      Engine: z.looseObject({ EngineVersion: z.string().optional() }).nullish(),
    })
    .nullish(),
  Status: z.looseObject({ State: z.string().optional(), Addr: z.string().optional() }).nullish(),
  /** On managers only: the role that the node has by now, where the specification says the one that it gets. */
  ManagerStatus: z.looseObject({ Reachability: z.string().optional() }).nullish(),
});
export type NodeInspect = z.infer<typeof NodeInspect>;

export const nodes = {
  list: route({
    method: "GET",
    path: "/nodes",
    access: "restricted",
    summary: "List the nodes of the swarm",
    query: z.object({ filters: z.string().optional() }),
    response: z.array(NodeInspect),
    verified: live,
  }),
  inspect: route({
    method: "GET",
    path: "/nodes/:id",
    access: "administrator",
    summary: "Show a node",
    response: NodeInspect,
    verified: live,
  }),
  update: route({
    method: "POST",
    path: "/nodes/:id/update",
    access: "administrator",
    summary: "Change a node's labels, availability and role",
    query: AtVersion,
    body: NodeSpec,
    status: 200,
    pace: "slow",
    verified: source,
  }),
};
