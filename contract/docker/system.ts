import { z } from "zod";
import { live, route } from "../route";

/** The engine's identity and its defaults for containers. */
export const EngineInfo = z.looseObject({
  ID: z.string(),
  Name: z.string().optional(),
  /** `Cluster` is there on a manager of a swarm. */
  Swarm: z
    .looseObject({
      /** `"active"` on an engine of a swarm. */
      LocalNodeState: z.string().optional(),
      /** The node that the engine is. */
      NodeID: z.string().optional(),
      Cluster: z
        .looseObject({
          ID: z.string(),
          /** Where overlay networks get their subnets. */
          DefaultAddrPool: z.array(z.string()).nullish(),
          SubnetSize: z.int().optional(),
        })
        .nullish(),
    })
    .nullish(),
  CgroupVersion: z.string().optional(),
  DefaultRuntime: z.string().optional(),
  LoggingDriver: z.string().optional(),
  /** Whether the kernel can limit swap. */
  SwapLimit: z.boolean().optional(),
  /** Where networks get their subnets, where the engine is set up with other pools than its own. */
  DefaultAddressPools: z.array(z.looseObject({ Base: z.string(), Size: z.int() })).nullish(),
});
export type EngineInfo = z.infer<typeof EngineInfo>;

/** Something that happened on the engine; of a container that ended, `exitCode` among the attributes. */
export const EngineEvent = z.looseObject({
  Action: z.string().optional(),
  Actor: z.looseObject({
    ID: z.string().optional(),
    Attributes: z.record(z.string(), z.string()).nullish(),
  }),
});
export type EngineEvent = z.infer<typeof EngineEvent>;

export const system = {
  events: route({
    method: "GET",
    path: "/events",
    access: "restricted",
    summary: "Follow what happens on the engine; with `since` the last events first",
    query: z.object({
      since: z.string().optional(),
      until: z.string().optional(),
      filters: z.string().optional(),
    }),
    lines: EngineEvent,
    pace: "endless",
    verified: live,
  }),
  info: route({
    method: "GET",
    path: "/info",
    access: "restricted",
    summary: "Show the engine's identity, counts and settings",
    response: EngineInfo,
    verified: live,
  }),
  version: route({
    method: "GET",
    path: "/version",
    access: "restricted",
    summary: "Show the engine's version and the API versions it speaks",
    response: z.looseObject({
      Version: z.string(),
      ApiVersion: z.string(),
      MinAPIVersion: z.string().optional(),
    }),
    verified: live,
  }),
};
