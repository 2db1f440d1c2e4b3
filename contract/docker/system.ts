import { z } from "zod";
import { live, route } from "../route";

export const system = {
  info: route({
    method: "GET",
    path: "/info",
    access: "restricted",
    summary: "Show the engine's identity, counts and settings",
    response: z.looseObject({ ID: z.string(), Name: z.string().optional() }),
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
