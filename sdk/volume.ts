import type * as pulumi from "@pulumi/pulumi";
import type { volume } from "../provider/docker/volume";
import { type ArgsOf, resource } from "./define";

export interface VolumeArgs extends ArgsOf<typeof volume> {}

/**
 * A volume on an environment, for `volumes` of a Container. An engine cannot change a volume, so a change fails in the
 * preview. With `recreate` the data may be lost: a change replaces the volume and the containers that refer to the
 * resource. Destroying it deletes its data, and fails while a container uses it.
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
  "access",
  "adopt",
  "recreate",
  "mountpoint",
  "createdAt",
  "engineId",
  "instanceId",
) {
  /** Looks up a volume that Pulumi does not manage, by environment and name: `"1/data"`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Volume {
    return new Volume(name, {}, { ...options, id });
  }
}
