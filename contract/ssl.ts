import { z } from "zod";
import { live, route, source } from "./route";

export const ssl = {
  get: route({
    method: "GET",
    path: "/ssl",
    access: "administrator",
    summary: "Show the server's certificate, and whether it serves HTTP",
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
    summary: "Change the server's certificate, and whether it serves HTTP, without a restart",
    body: z.object({
      /** PEM, with what leads to its authority behind it. */
      Cert: z.string().optional(),
      /** PEM. */
      Key: z.string().optional(),
      HTTPEnabled: z.boolean().optional(),
    }),
    fails: { 500: "The certificate cannot be used, or nothing would be served." },
    verified: source,
  }),
};
