import { z } from "zod";
import { live, route } from "./route";

export const appTemplates = {
  list: route({
    method: "GET",
    path: "/templates",
    access: "restricted",
    summary: "List the app templates; this server has no catalogue",
    response: z.looseObject({ version: z.string() }),
    fails: { 500: "Always." },
    verified: live,
  }),
};
