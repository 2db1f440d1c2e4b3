import type * as pulumi from "@pulumi/pulumi";
import type { user } from "../provider/portainer/user";
import { type ArgsOf, resource } from "./define";

export interface UserArgs extends ArgsOf<typeof user> {}

/**
 * A user of Portainer. Only an administrator can manage users. The administrator whom Portainer creates first is an
 * `AdminUser`. Destroying a user ends its memberships and API keys; Portainer refuses to delete the user that the
 * provider logs in as, and the last administrator.
 *
 * @example
 * ```ts
 * const password = new pulumi.Config().requireSecret("alicePassword");
 * const alice = new portainer.User("alice", { password });
 * new portainer.TeamMembership("alice-ops", { userId: alice, teamId: new portainer.Team("ops") });
 * ```
 */
export class User extends resource<typeof user>("User")(
  "username",
  "password",
  "role",
  "adopt",
  "userId",
  "instanceId",
) {
  /** Looks up a user that Pulumi does not manage, by its id: `"3"`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): User {
    return new User(name, {}, { ...options, id });
  }
}
