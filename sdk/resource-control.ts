import type * as pulumi from "@pulumi/pulumi";
import type { resourceControl } from "../provider/portainer/resource-control";
import { type ArgsOf, resource } from "./define";

export interface ResourceControlArgs extends ArgsOf<typeof resourceControl> {}

/**
 * Who may use an object that no resource of the program made: a container, volume, network, service, secret, config, stack or
 * custom template. Objects of the program have `access` themselves. A destroy puts back what was there before.
 *
 * @example
 * ```ts
 * new portainer.ResourceControl("legacy", {
 *   type: "container",
 *   endpointId: 1,
 *   objectId: "legacy-shop",
 *   access: { teams: ["operators"] },
 * });
 * ```
 */
export class ResourceControl extends resource<typeof resourceControl>("ResourceControl", {
  exclusive: true,
})("type", "endpointId", "objectId", "access", "adopt", "former", "instanceId") {
  /** Looks up who may use an object, without managing it: `ResourceControl.get("legacy", "container/1/legacy-shop")`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): ResourceControl {
    return new ResourceControl(name, {} as ResourceControlArgs, { ...options, id });
  }
}
