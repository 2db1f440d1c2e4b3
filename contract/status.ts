import { z } from "zod";
import { live, route, source } from "./route";

export const Status = z.looseObject({
  Version: z.string(),
  /** Tells one installation from another; it never changes. */
  InstanceID: z.string(),
});
export type Status = z.infer<typeof Status>;

export const Version = z.looseObject({
  UpdateAvailable: z.boolean(),
  LatestVersion: z.string(),
  ServerVersion: z.string(),
  ServerEdition: z.string(),
  DatabaseVersion: z.string(),
});

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
  version: route({
    method: "GET",
    path: "/system/version",
    access: "authenticated",
    summary: "Show the version in detail",
    response: Version,
    verified: live,
  }),
  versionOld: route({
    method: "GET",
    path: "/status/version",
    access: "authenticated",
    summary: "Show the version in detail, by its old path",
    response: Version,
    verified: source,
  }),
};
