import type { adminUser } from "../provider/portainer/admin-user";
import { type ArgsOf, resource } from "./define";

export interface AdminUserArgs extends ArgsOf<typeof adminUser> {}

/**
 * The administrator of a server: initialises a new one (waiting until it has started), takes over the administrator
 * of an initialised one if the password is right. Destroying it only forgets it, since Portainer keeps its first
 * administrator.
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
