import { z } from "zod";
import { live, route } from "../route";
import { PortainerDecoration } from "./decoration";
import { AtVersion, CreatedInSwarm } from "./swarm-file";

const Texts = z.record(z.string(), z.string());

export const ServiceSpec = z.looseObject({ Name: z.string(), Labels: Texts.nullish() });

export const ServiceInspect = z.looseObject({
  ID: z.string(),
  Version: z.looseObject({ Index: z.int() }),
  CreatedAt: z.string().optional(),
  Spec: ServiceSpec,
  Endpoint: z
    .looseObject({
      Ports: z
        .array(
          z.looseObject({
            Protocol: z.string().optional(),
            TargetPort: z.int(),
            PublishedPort: z.int().optional(),
          }),
        )
        .nullish(),
    })
    .nullish(),
  /** How the last update went; absent if it changed no task. */
  UpdateStatus: z.looseObject({ State: z.string().optional(), Message: z.string().optional() }).nullish(),
  /** The tasks by number; in a list with `status`, API 1.41. */
  ServiceStatus: z
    .looseObject({ RunningTasks: z.int(), DesiredTasks: z.int(), CompletedTasks: z.int().optional() })
    .nullish(),
  JobStatus: z.looseObject({ JobIteration: z.looseObject({ Index: z.int().optional() }) }).nullish(),
  Portainer: PortainerDecoration.optional(),
});
export type ServiceInspect = z.infer<typeof ServiceInspect>;

export const TaskInspect = z.looseObject({
  ID: z.string(),
  ServiceID: z.string().optional(),
  Slot: z.int().optional(),
  NodeID: z.string().optional(),
  DesiredState: z.string().optional(),
  /** The service's `TaskTemplate` when the task was made. */
  Spec: z.looseObject({}).optional(),
  Status: z.looseObject({
    State: z.string(),
    Message: z.string().optional(),
    Err: z.string().optional(),
    Timestamp: z.string().optional(),
  }),
  JobIteration: z.looseObject({ Index: z.int().optional() }).nullish(),
});
export type TaskInspect = z.infer<typeof TaskInspect>;

export const services = {
  create: route({
    method: "POST",
    path: "/services/create",
    access: "restricted",
    summary: "Create a service of the swarm",
    body: ServiceSpec,
    response: CreatedInSwarm,
    pace: "slow",
    fails: { 409: "A service has the name." },
    verified: live,
  }),
  list: route({
    method: "GET",
    path: "/services",
    access: "restricted",
    summary: "List the services that the caller may see, with `status` how many tasks run",
    query: z.object({ filters: z.string().optional(), status: z.string().optional() }),
    response: z.array(ServiceInspect),
    verified: live,
  }),
  inspect: route({
    method: "GET",
    path: "/services/:id",
    access: "restricted",
    summary: "Show a service",
    response: ServiceInspect,
    verified: live,
  }),
  update: route({
    method: "POST",
    path: "/services/:id/update",
    access: "restricted",
    summary: "Give a service another specification, unless it has another version by now",
    query: AtVersion,
    body: ServiceSpec,
    response: z.looseObject({ Warnings: z.array(z.string()).nullish() }),
    pace: "slow",
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/services/:id",
    access: "restricted",
    summary: "Delete a service and its containers",
    status: 200,
    pace: "slow",
    verified: live,
  }),
};

export const tasks = {
  list: route({
    method: "GET",
    path: "/tasks",
    access: "restricted",
    summary: "List the tasks that the caller may see",
    query: z.object({ filters: z.string().optional() }),
    response: z.array(TaskInspect),
    verified: live,
  }),
};
