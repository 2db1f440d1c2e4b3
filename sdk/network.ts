import type * as pulumi from "@pulumi/pulumi";
import type { network } from "../provider/docker/network";
import { type ArgsOf, resource } from "./define";

export interface NetworkArgs extends ArgsOf<typeof network> {}

/**
 * A network on an environment, for `networks` of a Container. An engine changes no network: with another `name` the new
 * one is made first and containers are rolled out on it; else the containers on it are disconnected, it is made anew,
 * and they are connected again.
 *
 * @example
 * ```ts
 * const backend = new portainer.Network("backend", { endpointId: 1, internal: true });
 * new portainer.Container("api", { endpointId: 1, image: "api:3", networks: [backend] });
 * ```
 */
export class Network extends resource<typeof network>("Network")(
  "endpointId",
  "name",
  "nodeName",
  "driver",
  "options",
  "internal",
  "attachable",
  "enableIPv6",
  "ipam",
  "labels",
  "adopt",
  "networkId",
  "subnets",
  "scope",
  "engineId",
  "instanceId",
) {
  /** Looks up a network that Pulumi does not manage: `"1/backend"`, environment and name. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Network {
    return new Network(name, {}, { ...options, id });
  }
}
