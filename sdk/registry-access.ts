import type * as pulumi from "@pulumi/pulumi";
import type { registryAccess } from "../provider/portainer/registry-access";
import { type ArgsOf, resource } from "./define";

export interface RegistryAccessArgs extends ArgsOf<typeof registryAccess> {}

/**
 * One user or team that may use a registry on one environment. All other entries stay, whoever made them, also when several
 * programs add theirs at once. A destroy takes away this one.
 *
 * @example
 * ```ts
 * new portainer.RegistryAccess("operators", { registryId: images, endpointId: paris, team: "operators" });
 * ```
 */
export class RegistryAccess extends resource<typeof registryAccess>("RegistryAccess")(
  "registryId",
  "endpointId",
  "user",
  "team",
  "namespace",
  "adopt",
  "subject",
  "instanceId",
) {
  /** Looks up an entry by its ids, without managing it: `RegistryAccess.get("operators", "2/3/user/5")`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): RegistryAccess {
    return new RegistryAccess(name, {} as RegistryAccessArgs, { ...options, id });
  }
}
