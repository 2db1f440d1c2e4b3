import type * as pulumi from "@pulumi/pulumi";
import type { service } from "../provider/docker/service";
import { type ArgsOf, resource } from "./define";

export interface ServiceArgs extends ArgsOf<typeof service> {}

/**
 * A service of a swarm. A change is rolled out by the swarm, task by task, and only what the program changes is sent;
 * a create or update waits until all tasks run, and fails with a task's own message if they do not.
 *
 * @example
 * ```ts
 * const page = new portainer.Config("page", { endpointId: 1, data: "<h1>Hello from a swarm</h1>" });
 * new portainer.Service("web", {
 *   endpointId: 1,
 *   image: "nginx:1.27",
 *   replicas: 3,
 *   configs: [{ config: page, target: "/usr/share/nginx/html/index.html" }],
 *   ports: [{ containerPort: 80, hostPort: 8080 }],
 *   updateConfig: { order: "start-first", failureAction: "rollback" },
 * });
 * ```
 */
export class Service extends resource<typeof service>("Service")(
  "endpointId",
  "name",
  "image",
  "registryId",
  "mode",
  "replicas",
  "maxConcurrent",
  "totalCompletions",
  "command",
  "entrypoint",
  "env",
  "labels",
  "containerLabels",
  "hostname",
  "user",
  "groupAdd",
  "workingDir",
  "readOnly",
  "init",
  "tty",
  "stdinOpen",
  "capAdd",
  "capDrop",
  "sysctls",
  "ulimits",
  "mounts",
  "secrets",
  "configs",
  "networks",
  "dns",
  "dnsSearch",
  "dnsOptions",
  "extraHosts",
  "ports",
  "endpointMode",
  "healthcheck",
  "limits",
  "reservations",
  "placement",
  "restartPolicy",
  "updateConfig",
  "rollbackConfig",
  "logging",
  "stopSignal",
  "stopGracePeriod",
  "forceUpdate",
  "access",
  "adopt",
  "waitForConvergence",
  "serviceId",
  "publishedPorts",
  "swarmId",
  "engineId",
  "instanceId",
) {
  /** Looks up a service that Pulumi does not manage, by environment and name or id: `"1/web"`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Service {
    return new Service(name, { image: "" }, { ...options, id });
  }
}
