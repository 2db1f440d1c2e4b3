import type * as pulumi from "@pulumi/pulumi";
import type { AdminUserInputs, AdminUserOutputs, AdminUserSettled } from "../provider/admin-user";
import { allOf } from "./properties";
import { PortainerResource } from "./resource";
import type { Args, Outputs } from "./types";

export interface AdminUserArgs extends Args<AdminUserInputs> {}

export interface AdminUser extends Outputs<AdminUserSettled>, Outputs<AdminUserOutputs> {}

const PROPERTIES = allOf<AdminUserSettled & AdminUserOutputs>()(
  "username",
  "password",
  "url",
  "startupTimeout",
  "setupToken",
  "userId",
  "instanceId",
);

/**
 * The administrator of a server: initialises a new one (waiting until it has started), takes over the administrator
 * of an initialised one if the password is right. Destroying it only forgets it, since Portainer keeps its first
 * administrator.
 */
export class AdminUser extends PortainerResource {
  constructor(name: string, args: AdminUserArgs, options?: pulumi.CustomResourceOptions) {
    super({ type: "AdminUser", properties: PROPERTIES, exclusive: true }, name, args, options);
  }
}
