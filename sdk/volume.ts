import type * as pulumi from "@pulumi/pulumi";
import type { volume } from "../provider/docker/volume";
import { type ArgsOf, resource } from "./define";

export interface VolumeArgs extends ArgsOf<typeof volume> {}

/**
 * A volume on an environment, for `volumes` of a Container. A volume cannot be changed, so a change fails in the preview
 * unless its data may be lost (`recreate`): then it is replaced, with the containers that have it as a resource. Destroying it deletes its data, and fails while a container has it.
 *
 * @example
 * ```ts
 * const data = new portainer.Volume("data", { endpointId: 1 });
 * new portainer.Container("db", {
 *   endpointId: 1,
 *   image: "postgres:17",
 *   volumes: [{ source: data, target: "/var/lib/postgresql/data" }],
 * });
 * ```
 */
export class Volume extends resource<typeof volume>("Volume", { exclusive: true })(
  "endpointId",
  "name",
  "nodeName",
  "driver",
  "driverOpts",
  "labels",
  "adopt",
  "recreate",
  "mountpoint",
  "createdAt",
  "engineId",
  "instanceId",
) {
  /** Looks up a volume that Pulumi does not manage: `"1/data"`, environment and name. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Volume {
    return new Volume(name, {}, { ...options, id });
  }
}
