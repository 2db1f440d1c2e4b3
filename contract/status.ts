import { z } from "zod";
import { live, route } from "./route";

export const Status = z.looseObject({
  Version: z.string(),
  /** Tells one installation from another; it never changes. */
  InstanceID: z.string(),
});
export type Status = z.infer<typeof Status>;

export const status = {
  get: route({
    method: "GET",
    path: "/status",
    access: "public",
    summary: "Show the server's version and its instance id",
    response: Status,
    verified: live,
  }),
  getSystem: route({
    method: "GET",
    path: "/system/status",
    access: "public",
    summary: "Show the server's version and its instance id",
    response: Status,
    verified: live,
  }),
};
