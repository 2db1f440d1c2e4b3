import type * as pulumi from "@pulumi/pulumi";
import type { config } from "../provider/docker/config";
import { type ArgsOf, resource } from "./define";

export interface ConfigArgs extends ArgsOf<typeof config> {}

/**
 * A config of a swarm: a file for services. Other data makes another config with another name: services that have the
 * resource among their `configs` move over to it, and then the old one is deleted.
 *
 * @example
 * ```ts
 * const page = new portainer.Config("page", { endpointId: 1, data: "<h1>Hello from a swarm</h1>" });
 * export const nameInSwarm = page.configName;
 * ```
 */
export class Config extends resource<typeof config>("Config")(
  "endpointId",
  "name",
  "data",
  "dataBase64",
  "templating",
  "labels",
  "access",
  "adopt",
  "configId",
  "configName",
  "swarmId",
  "engineId",
  "instanceId",
) {
  /** Looks up a config that Pulumi does not manage, by environment and whole name or id: `"1/page"`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Config {
    return new Config(name, { data: "" }, { ...options, id });
  }
}
