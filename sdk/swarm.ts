import type * as pulumi from "@pulumi/pulumi";
import type { swarm } from "../provider/docker/swarm";
import { type ArgsOf, resource } from "./define";

export interface SwarmArgs extends ArgsOf<typeof swarm> {}

/**
 * The swarm that an environment's engine manages: made of an engine that is in none, or adopted. What the program does
 * not set stays as it is. Destroying it only forgets the swarm, unless `force` is set.
 *
 * @example
 * ```ts
 * const swarm = new portainer.Swarm("production", {
 *   endpointId: 1,
 *   advertiseAddress: "10.0.7.10",
 *   taskHistoryLimit: 3,
 * });
 * export const workerToken = swarm.workerToken;
 * ```
 */
export class Swarm extends resource<typeof swarm>("Swarm", {
  exclusive: true,
  secretOutputs: ["workerToken", "managerToken", "unlockKey"],
})(
  "endpointId",
  "advertiseAddress",
  "listenAddress",
  "dataPathAddress",
  "addressPools",
  "subnetSize",
  "taskHistoryLimit",
  "heartbeatPeriod",
  "certificateExpiry",
  "snapshotInterval",
  "autoLock",
  "labels",
  "rotateJoinTokens",
  "rotateUnlockKey",
  "adopt",
  "force",
  "swarmId",
  "workerToken",
  "managerToken",
  "unlockKey",
  "engineId",
  "instanceId",
) {
  /** Looks up the swarm of an environment that Pulumi does not manage: `"1/swarm"`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Swarm {
    return new Swarm(name, {}, { ...options, id });
  }
}
