import type * as pulumi from "@pulumi/pulumi";
import type { endpointGroup } from "../provider/portainer/endpoint-group";
import { type ArgsOf, resource } from "./define";

export interface EndpointGroupArgs extends ArgsOf<typeof endpointGroup> {}

/**
 * A group of environments, whose tags and access count for every environment in it. An environment is put into it by its
 * own `groupId`; environments that others have put into it stay there. Destroying the group leaves its environments in
 * Portainer's group "Unassigned", which itself can be neither declared nor destroyed. Only an administrator can manage
 * groups.
 *
 * @example
 * ```ts
 * const ops = new portainer.Team("ops");
 * const shops = new portainer.EndpointGroup("shops", { description: "All shops", access: { teams: [ops] } });
 * new portainer.Endpoint("paris", { url: "tcp://10.0.7.10:9001", type: "agent", groupId: shops });
 * ```
 */
export class EndpointGroup extends resource<typeof endpointGroup>("EndpointGroup")(
  "name",
  "description",
  "tagIds",
  "access",
  "adopt",
  "groupId",
  "instanceId",
) {
  /** Looks up a group that Pulumi does not manage, by its id: `"3"`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): EndpointGroup {
    return new EndpointGroup(name, {}, { ...options, id });
  }
}
