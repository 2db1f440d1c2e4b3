import type * as pulumi from "@pulumi/pulumi";
import type { network } from "../provider/docker/network";
import { type ArgsOf, resource } from "./define";

export interface NetworkArgs extends ArgsOf<typeof network> {}

/**
 * A network on an environment, for `networks` of a Container. An engine cannot change a network, so a change replaces
 * it. If its `name` changes, the new network is created first and containers are rolled out on it. Otherwise the
 * containers on it are disconnected, the network is recreated, and the containers are connected again.
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
  "ingress",
  "enableIPv6",
  "ipam",
  "labels",
  "access",
  "adopt",
  "networkId",
  "subnets",
  "scope",
  "swarmId",
  "engineId",
  "instanceId",
) {
  /** Looks up a network that Pulumi does not manage, by environment and name: `"1/backend"`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Network {
    return new Network(name, {}, { ...options, id });
  }
}
