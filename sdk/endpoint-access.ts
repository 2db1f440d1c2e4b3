import type * as pulumi from "@pulumi/pulumi";
import type { endpointAccess } from "../provider/portainer/endpoint-access";
import { type ArgsOf, resource } from "./define";

export interface EndpointAccessArgs extends ArgsOf<typeof endpointAccess> {}

/**
 * One user or team that may use an environment. All other entries stay, whoever made them, also when several
 * programs add theirs at once. A destroy takes away this one.
 *
 * @example
 * ```ts
 * new portainer.EndpointAccess("operators", { endpointId: paris, team: "operators" });
 * ```
 */
export class EndpointAccess extends resource<typeof endpointAccess>("EndpointAccess")(
  "endpointId",
  "user",
  "team",
  "adopt",
  "subject",
  "instanceId",
) {
  /** Looks up an entry by its ids, without managing it: `EndpointAccess.get("operators", "3/user/5")`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): EndpointAccess {
    return new EndpointAccess(name, {} as EndpointAccessArgs, { ...options, id });
  }
}
