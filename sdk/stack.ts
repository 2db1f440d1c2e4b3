import type * as pulumi from "@pulumi/pulumi";
import type { stack } from "../provider/portainer/stack";
import { type ArgsOf, resource } from "./define";

export interface StackArgs extends ArgsOf<typeof stack> {}

/**
 * A stack that Portainer deploys from a Compose file: a text, an asset, or a file in a git repository. It is there when
 * its deployment has ended; one that fails says why. A refresh takes two requests, one for the stack and one for its file
 * (with `git` one), and shows changes of the file, the variables, `active` and `access`; what a repository has brought
 * shows as another `commit`. Destroying it removes its containers and networks; volumes stay, unless
 * `removeVolumes` says otherwise.
 *
 * @example
 * ```ts
 * const content = `services:
 *   web:
 *     image: "nginx:\${TAG}"
 *     ports: ["8080:80"]
 * `;
 * new portainer.Stack("shop", { endpointId: 1, content, env: { TAG: "1.27" } });
 * ```
 */
export class Stack extends resource<typeof stack>("Stack", {
  exclusive: true,
  secretOutputs: ["webhookUrl"],
})(
  "endpointId",
  "name",
  "type",
  "content",
  "git",
  "env",
  "active",
  "prune",
  "pull",
  "triggers",
  "access",
  "removeVolumes",
  "adopt",
  "stackId",
  "status",
  "commit",
  "webhookUrl",
  "instanceId",
) {
  /** Looks up a stack that Pulumi does not manage, by its id: `"3"`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Stack {
    return new Stack(name, {}, { ...options, id });
  }
}
