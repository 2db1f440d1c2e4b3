import { z } from "zod";
import { live, route } from "./route";

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
  /** Since 2.20. */
  ServerEdition: z.string().optional(),
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
    since: "2.17",
    summary: "Show the server's version and its instance id",
    response: Status,
    verified: live,
  }),
  version: route({
    method: "GET",
    path: "/system/version",
    access: "authenticated",
    since: "2.17",
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
    verified: live,
  }),
  info: route({
    method: "GET",
    path: "/system/info",
    access: "authenticated",
    since: "2.17",
    summary: "Show what the server runs on, and how many agents it has",
    response: z.object({ platform: z.string(), edgeAgents: z.int(), agents: z.int() }),
    verified: live,
  }),
  nodes: route({
    method: "GET",
    path: "/system/nodes",
    access: "authenticated",
    since: "2.17",
    summary: "Count the nodes of all environments",
    response: z.object({ nodes: z.int() }),
    verified: live,
  }),
  nodesOld: route({
    method: "GET",
    path: "/status/nodes",
    access: "authenticated",
    since: "2.17",
    summary: "Count the nodes of all environments, by its old path",
    response: z.object({ nodes: z.int() }),
    verified: live,
  }),
};
