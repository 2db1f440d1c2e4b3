import { z } from "zod";
import { live, route } from "../route";

/** The engine's identity and its defaults for containers. */
export const EngineInfo = z.looseObject({
  ID: z.string(),
  Name: z.string().optional(),
  CgroupVersion: z.string().optional(),
  DefaultRuntime: z.string().optional(),
  LoggingDriver: z.string().optional(),
  /** Whether the kernel can limit swap. */
  SwapLimit: z.boolean().optional(),
  /** Where networks get their subnets, where the engine is set up with other pools than its own. */
  DefaultAddressPools: z.array(z.looseObject({ Base: z.string(), Size: z.int() })).nullish(),
});
export type EngineInfo = z.infer<typeof EngineInfo>;

export const system = {
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
