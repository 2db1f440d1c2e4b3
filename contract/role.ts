import { z } from "zod";
import { live, route } from "./route";

export const roles = {
  list: route({
    method: "GET",
    path: "/roles",
    access: "administrator",
    summary: "List the roles; the community edition has none",
    response: z.array(z.looseObject({ Id: z.int() })),
    verified: live,
  }),
};
