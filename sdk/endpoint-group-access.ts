import type * as pulumi from "@pulumi/pulumi";
import type { endpointGroupAccess } from "../provider/portainer/endpoint-group-access";
import { type ArgsOf, resource } from "./define";

export interface EndpointGroupAccessArgs extends ArgsOf<typeof endpointGroupAccess> {}

/**
 * One user or team that may use all environments of a group. All other entries stay, whoever made them, also when several
 * programs add theirs at once. A destroy takes away this one.
 *
 * @example
 * ```ts
 * new portainer.EndpointGroupAccess("operators", { groupId: shops, team: "operators" });
 * ```
 */
export class EndpointGroupAccess extends resource<typeof endpointGroupAccess>("EndpointGroupAccess")(
  "groupId",
  "user",
  "team",
  "adopt",
  "subject",
  "instanceId",
) {
  /** Looks up an entry by its ids, without managing it: `EndpointGroupAccess.get("operators", "3/user/5")`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): EndpointGroupAccess {
    return new EndpointGroupAccess(name, {} as EndpointGroupAccessArgs, { ...options, id });
  }
}
