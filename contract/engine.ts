import { z } from "zod";
import { route, source } from "./route";

const Dashboard = z.object({
  containers: z.object({
    running: z.int(),
    stopped: z.int(),
    healthy: z.int(),
    unhealthy: z.int(),
    total: z.int(),
  }),
  services: z.int(),
  images: z.object({ total: z.int(), size: z.number() }),
  volumes: z.int(),
  networks: z.int(),
  stacks: z.int(),
});

const Image = z.object({
  /** Unix seconds. */
  created: z.number(),
  nodeName: z.string(),
  id: z.string(),
  /** Bytes. */
  size: z.number(),
  tags: z.array(z.string()).nullable(),
  used: z.boolean(),
});

const UNREACHABLE = "The engine cannot be reached, or refuses.";

/** Portainer's own operations on an engine. */
export const engines = {
  dashboard: route({
    method: "GET",
    path: "/docker/:id/dashboard",
    access: "authenticated",
    since: "2.22",
    summary: "Count what is on an environment's engine",
    response: Dashboard,
    pace: "slow",
    fails: { 500: UNREACHABLE },
    verified: source,
  }),
  images: route({
    method: "GET",
    path: "/docker/:id/images",
    access: "authenticated",
    since: "2.20",
    summary: "List the images of an environment's engine, on request with whether containers use them",
    query: z.object({ withUsage: z.string().optional() }),
    response: z.array(Image),
    pace: "slow",
    fails: { 500: UNREACHABLE },
    verified: source,
  }),
  gpus: route({
    method: "GET",
    path: "/docker/:id/containers/:container/gpus",
    access: "authenticated",
    since: "2.15",
    summary: "Show the GPUs of a container: none, all, or their ids",
    response: z.object({ gpus: z.string() }),
    pace: "slow",
    fails: { 404: "There is no such container.", 500: UNREACHABLE },
    verified: source,
  }),
  recreate: route({
    method: "POST",
    path: "/docker/:id/containers/:container/recreate",
    access: "authenticated",
    since: "2.18.4",
    summary:
      "Replace a container by one of the same description, from a newer image if asked; or leave it as it was",
    body: z.object({ PullImage: z.boolean().optional() }),
    response: z.looseObject({ Id: z.string() }),
    pace: "slow",
    fails: { 500: UNREACHABLE },
    verified: source,
  }),
};
