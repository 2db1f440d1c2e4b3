import { z } from "zod";
import { live, route } from "../route";
import { PortainerDecoration } from "./decoration";

export const VolumeInspect = z.looseObject({
  Name: z.string(),
  Driver: z.string(),
  Mountpoint: z.string().optional(),
  CreatedAt: z.string().optional(),
  Scope: z.string().optional(),
  Labels: z.record(z.string(), z.string()).nullish(),
  Options: z.record(z.string(), z.string()).nullish(),
  /** Portainer's name for it in resource controls: its name and the engine's id. */
  ResourceID: z.string().optional(),
  Portainer: PortainerDecoration.optional(),
});
export type VolumeInspect = z.infer<typeof VolumeInspect>;

export const volumes = {
  create: route({
    method: "POST",
    path: "/volumes/create",
    access: "restricted",
    summary: "Create a volume; where the name is taken, the answer is the volume that has it",
    body: z.object({
      Name: z.string(),
      Driver: z.string().optional(),
      DriverOpts: z.record(z.string(), z.string()).optional(),
      Labels: z.record(z.string(), z.string()).optional(),
    }),
    response: VolumeInspect,
    pace: "slow",
    verified: live,
  }),
  list: route({
    method: "GET",
    path: "/volumes",
    access: "restricted",
    summary: "List volumes",
    query: z.object({ filters: z.string().optional() }),
    response: z.looseObject({ Volumes: z.array(VolumeInspect).nullish() }),
    verified: live,
  }),
  inspect: route({
    method: "GET",
    path: "/volumes/:name",
    access: "restricted",
    summary: "Show a volume",
    response: VolumeInspect,
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/volumes/:name",
    access: "restricted",
    summary: "Delete a volume that no container has",
    pace: "slow",
    verified: live,
  }),
};
