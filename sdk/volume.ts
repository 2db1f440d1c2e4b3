import type * as pulumi from "@pulumi/pulumi";
import type { VolumeInputs, VolumeOutputs, VolumeSettled } from "../provider/volume";
import { allOf } from "./properties";
import { PortainerResource } from "./resource";
import type { Args, Outputs } from "./types";

export interface VolumeArgs extends Args<VolumeInputs> {}

export interface Volume extends Outputs<VolumeSettled>, Outputs<VolumeOutputs> {}

const PROPERTIES = allOf<VolumeSettled & VolumeOutputs>()(
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
);

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
export class Volume extends PortainerResource {
  /** Looks up a volume that Pulumi does not manage: `"1/data"`, environment and name. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Volume {
    return new Volume(name, {}, { ...options, id });
  }

  constructor(name: string, args: VolumeArgs = {}, options?: pulumi.CustomResourceOptions) {
    super({ type: "Volume", properties: PROPERTIES, exclusive: true }, name, args, options);
  }
}
