import { z } from "zod";
import { live, route } from "./route";

export const motd = {
  get: route({
    method: "GET",
    path: "/motd",
    access: "restricted",
    summary: "Show the message of the day; this server has none",
    response: z.looseObject({ Title: z.string(), Message: z.string(), Style: z.string() }),
    verified: live,
  }),
};
