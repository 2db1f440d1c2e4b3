import type * as pulumi from "@pulumi/pulumi";
import type { registry } from "../provider/portainer/registry";
import { type ArgsOf, resource } from "./define";

export interface RegistryArgs extends ArgsOf<typeof registry> {}

/**
 * A registry that Portainer pulls images from, with its credentials. Only an administrator can manage registries. Who may
 * use it on an environment stays as it is.
 *
 * @example
 * ```ts
 * const password = new pulumi.Config().requireSecret("registryPassword");
 * const internal = new portainer.Registry("internal", { type: "custom", url: "registry.example.com", username: "ci", password });
 * new portainer.Container("shop", { image: "registry.example.com/shop:3", registryId: internal });
 * ```
 */
export class Registry extends resource<typeof registry>("Registry")(
  "name",
  "type",
  "url",
  "baseUrl",
  "username",
  "password",
  "quay",
  "gitlab",
  "ecr",
  "adopt",
  "registryId",
  "authentication",
  "instanceId",
) {
  /** Looks up a registry that Pulumi does not manage, by its id: `"3"`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: Omit<pulumi.CustomResourceOptions, "id">,
  ): Registry {
    return new Registry(name, {} as RegistryArgs, { ...options, id });
  }
}
