import { z } from "zod";
import { route } from "./route";

/** Of this package's own server; Portainer has no such routes. */
export const apiDocs = {
  document: route({
    method: "GET",
    path: "/openapi.json",
    access: "public",
    summary: "Describe this API in OpenAPI 3.1",
    response: z.looseObject({ openapi: z.string() }),
    verified: "ours",
  }),
  page: route({
    method: "GET",
    path: "/docs",
    access: "public",
    summary: "Show this API as a page to read",
    bytes: true,
    verified: "ours",
  }),
};
