import type { adminUser } from "../provider/portainer/admin-user";
import { type ArgsOf, resource } from "./define";

export interface AdminUserArgs extends ArgsOf<typeof adminUser> {}

/**
 * The first administrator of a server. Waits until a new server has started, and initialises it; on an initialised
 * server it adopts the existing administrator if the password is right. Destroying it only forgets it, because Portainer
 * cannot delete its first administrator.
 *
 * @example
 * ```ts
 * const admin = new portainer.AdminUser("admin", {
 *   url: "https://portainer.example.com",
 *   password: config.requireSecret("password"),
 * });
 * ```
 */
export class AdminUser extends resource<typeof adminUser>("AdminUser", { exclusive: true })(
  "username",
  "password",
  "url",
  "startupTimeout",
  "setupToken",
  "userId",
  "instanceId",
) {}
