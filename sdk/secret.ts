import type * as pulumi from "@pulumi/pulumi";
import type { secret } from "../provider/docker/secret";
import { type ArgsOf, resource } from "./define";

export interface SecretArgs extends ArgsOf<typeof secret> {}

/**
 * A secret of a swarm. Other data makes another secret with another name: services that have the resource among their
 * `secrets` move over to it, and then the old one is deleted.
 *
 * @example
 * ```ts
 * const config = new pulumi.Config();
 * const password = new portainer.Secret("db-password", {
 *   endpointId: 1,
 *   data: config.requireSecret("dbPassword"),
 * });
 * export const nameInSwarm = password.secretName;
 * ```
 */
export class Secret extends resource<typeof secret>("Secret", { secretOutputs: ["data", "dataBase64"] })(
  "endpointId",
  "name",
  "data",
  "dataBase64",
  "driver",
  "templating",
  "labels",
  "access",
  "adopt",
  "secretId",
  "secretName",
  "swarmId",
  "engineId",
  "instanceId",
) {
  /** Looks up a secret that Pulumi does not manage, by environment and whole name or id: `"1/db-password"`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Secret {
    return new Secret(name, {}, { ...options, id });
  }
}
