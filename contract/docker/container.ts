import { z } from "zod";
import { live, route } from "../route";
import { PortainerDecoration } from "./decoration";

/** A container as the engine describes it. Loose, because each engine release adds fields. */
export const ContainerInspect = z.looseObject({
  Id: z.string(),
  /** With a leading slash. */
  Name: z.string(),
  Created: z.string(),
  /** The id of the image, a digest. */
  Image: z.string(),
  State: z.looseObject({
    Status: z.string(),
    Running: z.boolean(),
    Paused: z.boolean(),
    Restarting: z.boolean(),
    OOMKilled: z.boolean().optional(),
    ExitCode: z.int(),
    Error: z.string().optional(),
    Health: z
      .looseObject({
        Status: z.string(),
        FailingStreak: z.int().optional(),
        Log: z.array(z.looseObject({ ExitCode: z.int(), Output: z.string() })).nullish(),
      })
      .nullish(),
  }),
  RestartCount: z.int().optional(),
  Config: z.looseObject({ Image: z.string(), Labels: z.record(z.string(), z.string()).nullish() }),
  HostConfig: z.looseObject({}),
  Mounts: z
    .array(z.looseObject({ Type: z.string(), Name: z.string().optional(), Destination: z.string() }))
    .nullish(),
  NetworkSettings: z.looseObject({
    Networks: z.record(z.string(), z.looseObject({})).nullish(),
    Ports: z
      .record(z.string(), z.array(z.looseObject({ HostIp: z.string(), HostPort: z.string() })).nullable())
      .nullish(),
  }),
  Portainer: PortainerDecoration.optional(),
});
export type ContainerInspect = z.infer<typeof ContainerInspect>;

const Warnings = z.array(z.string()).nullish();

export const containers = {
  list: route({
    method: "GET",
    path: "/containers/json",
    access: "restricted",
    summary: "List the containers",
    query: z.object({ all: z.string().optional(), filters: z.string().optional() }),
    response: z.array(
      z.looseObject({
        Id: z.string(),
        Names: z.array(z.string()),
        Image: z.string(),
        Labels: z.record(z.string(), z.string()).nullish(),
        Portainer: PortainerDecoration.optional(),
        IsPortainer: z.boolean().optional(),
      }),
    ),
    verified: live,
  }),
  create: route({
    method: "POST",
    path: "/containers/create",
    access: "restricted",
    summary: "Create a container without starting it",
    query: z.object({ name: z.string(), platform: z.string().optional() }),
    body: z.looseObject({ Image: z.string() }),
    response: z.looseObject({ Id: z.string(), Warnings, Portainer: PortainerDecoration.optional() }),
    pace: "slow",
    verified: live,
  }),
  inspect: route({
    method: "GET",
    path: "/containers/:id/json",
    access: "restricted",
    summary: "Show a container",
    response: ContainerInspect,
    verified: live,
  }),
  start: route({
    method: "POST",
    path: "/containers/:id/start",
    access: "restricted",
    summary: "Start a container; 304 when it runs already",
    pace: "slow",
    verified: live,
  }),
  stop: route({
    method: "POST",
    path: "/containers/:id/stop",
    access: "restricted",
    summary: "Stop a container, killing it after its stop time-out; 304 when it has stopped already",
    query: z.object({ t: z.string().optional() }),
    pace: "endless",
    verified: live,
  }),
  kill: route({
    method: "POST",
    path: "/containers/:id/kill",
    access: "restricted",
    summary: "Send a signal to a container",
    query: z.object({ signal: z.string().optional() }),
    pace: "slow",
    verified: live,
  }),
  restart: route({
    method: "POST",
    path: "/containers/:id/restart",
    access: "restricted",
    summary: "Stop a container and start it again",
    query: z.object({ t: z.string().optional() }),
    pace: "endless",
    verified: live,
  }),
  pause: route({
    method: "POST",
    path: "/containers/:id/pause",
    access: "restricted",
    summary: "Freeze a container's processes",
    pace: "slow",
    verified: live,
  }),
  unpause: route({
    method: "POST",
    path: "/containers/:id/unpause",
    access: "restricted",
    summary: "Resume a frozen container",
    pace: "slow",
    verified: live,
  }),
  rename: route({
    method: "POST",
    path: "/containers/:id/rename",
    access: "restricted",
    summary: "Rename a container",
    query: z.object({ name: z.string() }),
    verified: live,
  }),
  update: route({
    method: "POST",
    path: "/containers/:id/update",
    access: "restricted",
    summary: "Change a container's limits or restart policy",
    body: z.looseObject({}),
    response: z.looseObject({ Warnings }),
    verified: live,
  }),
  logs: route({
    method: "GET",
    path: "/containers/:id/logs",
    access: "restricted",
    summary: "Read a container's logs",
    query: z.object({ stdout: z.string(), stderr: z.string(), tail: z.string().optional() }),
    bytes: true,
    pace: "slow",
    verified: live,
  }),
  putArchive: route({
    method: "PUT",
    path: "/containers/:id/archive",
    access: "restricted",
    summary: "Unpack a tar archive in a container",
    query: z.object({ path: z.string(), copyUIDGID: z.string().optional() }),
    upload: "application/x-tar",
    status: 200,
    pace: "slow",
    verified: live,
  }),
  getArchive: route({
    method: "GET",
    path: "/containers/:id/archive",
    access: "restricted",
    summary: "Pack a file or folder of a container into a tar archive",
    query: z.object({ path: z.string() }),
    bytes: true,
    pace: "slow",
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/containers/:id",
    access: "restricted",
    summary: "Delete a container",
    query: z.object({ force: z.string().optional(), v: z.string().optional() }),
    pace: "slow",
    verified: live,
  }),
};
