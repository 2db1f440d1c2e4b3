import { z } from "zod";
import { route, source } from "./route";

const LAST = "2.6";
/** Read in the source of the last release that has these routes. */
const lastSource = { version: "2.6.3", by: "source" } as const;

/** How servers up to 2.6 kept what is a registry of type 6 today. */
const DockerHub = z.looseObject({ Authentication: z.boolean(), Username: z.string() });

export const dockerHub = {
  get: route({
    method: "GET",
    path: "/dockerhub",
    access: "restricted",
    summary: "Show the server's account at Docker Hub, for old clients",
    response: DockerHub,
    until: LAST,
    verified: lastSource,
  }),
  update: route({
    method: "PUT",
    path: "/dockerhub",
    access: "administrator",
    summary: "Set the server's account at Docker Hub, for old clients",
    body: z.object({
      Authentication: z.boolean().optional(),
      Username: z.string().optional(),
      Password: z.string().optional(),
    }),
    until: LAST,
    verified: lastSource,
  }),
  limits: route({
    method: "GET",
    path: "/endpoints/:id/dockerhub/:registryId",
    access: "authenticated",
    summary: "Ask Docker Hub how many pulls are left; registry 0 stands for an anonymous user",
    response: z.object({ remaining: z.int(), limit: z.int() }),
    pace: "slow",
    fails: { 500: "Docker Hub cannot be reached, or refuses." },
    verified: source,
  }),
};
