import type * as pulumi from "@pulumi/pulumi";
import type { endpoint } from "../provider/portainer/endpoint";
import { type ArgsOf, resource } from "./define";

export interface EndpointArgs extends ArgsOf<typeof endpoint> {}

/**
 * An environment: a Docker engine that Portainer manages over a local socket, TCP or TLS, or a Portainer agent.
 * Portainer must be able to reach it at creation. Destroying it leaves the containers on it running.
 *
 * @example
 * ```ts
 * const local = new portainer.Endpoint("local", { url: "unix:///var/run/docker.sock" });
 * const edge = new portainer.Endpoint("edge-1", {
 *   url: "tcp://10.0.7.10:2376",
 *   tls: { caCert, clientCert, clientKey },
 * });
 * ```
 */
export class Endpoint extends resource<typeof endpoint>("Endpoint", { exclusive: true })(
  "name",
  "url",
  "type",
  "tls",
  "publicUrl",
  "groupId",
  "tagIds",
  "access",
  "security",
  "containerEngine",
  "adopt",
  "startupTimeout",
  "endpointId",
  "status",
  "tlsFingerprints",
  "engineId",
  "instanceId",
) {
  /** Looks up an environment that Pulumi does not manage, by its id: `"1"`. A program can create resources on it. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: Omit<pulumi.CustomResourceOptions, "id">,
  ): Endpoint {
    return new Endpoint(name, {} as EndpointArgs, { ...options, id });
  }
}
