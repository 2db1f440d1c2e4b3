import type * as pulumi from "@pulumi/pulumi";
import type { node } from "../provider/docker/node";
import { type ArgsOf, resource } from "./define";

export interface NodeArgs extends ArgsOf<typeof node> {}

/**
 * A node of a swarm: its labels, availability and role. Nothing is created, and destroying the resource only forgets
 * the node, which stays as it is.
 *
 * @example
 * ```ts
 * new portainer.Node("worker-1", { endpointId: 1, labels: { zone: "north" }, availability: "active" });
 * ```
 */
export class Node extends resource<typeof node>("Node")(
  "endpointId",
  "name",
  "labels",
  "availability",
  "role",
  "nodeId",
  "hostname",
  "address",
  "swarmId",
  "engineId",
  "instanceId",
) {
  /** Looks up a node that Pulumi does not manage, by environment and host name or id: `"1/worker-1"`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Node {
    return new Node(name, {}, { ...options, id });
  }
}
