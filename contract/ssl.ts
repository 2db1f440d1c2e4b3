import { z } from "zod";
import { live, route, source } from "./route";

export const ssl = {
  get: route({
    method: "GET",
    path: "/ssl",
    access: "administrator",
    summary: "Show how the server itself is served",
    response: z.looseObject({
      certPath: z.string(),
      keyPath: z.string(),
      selfSigned: z.boolean(),
      httpEnabled: z.boolean(),
    }),
    verified: live,
  }),
  update: route({
    method: "PUT",
    path: "/ssl",
    access: "administrator",
    summary: "Change the certificate that the server is served with",
    body: z.object({
      Cert: z.string().optional(),
      Key: z.string().optional(),
      HTTPEnabled: z.boolean().optional(),
    }),
    verified: source,
  }),
};
