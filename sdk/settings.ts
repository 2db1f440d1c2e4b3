import type * as pulumi from "@pulumi/pulumi";
import type { settings } from "../provider/portainer/settings";
import { type ArgsOf, resource } from "./define";

export interface SettingsArgs extends ArgsOf<typeof settings> {}

/**
 * The settings of the whole installation. Only what the program sets is managed, at any depth. A property that the
 * program no longer sets gets back the value that it had before, and so does everything when the resource is destroyed;
 * secrets stay as last set.
 *
 * @example
 * ```ts
 * new portainer.Settings("settings", { sessionTimeout: "4h", requiredPasswordLength: 14, telemetry: false });
 * ```
 */
export class Settings extends resource<typeof settings>("Settings", { exclusive: true })(
  "authenticationMethod",
  "ldap",
  "oauth",
  "requiredPasswordLength",
  "sessionTimeout",
  "kubeconfigExpiry",
  "snapshotInterval",
  "logoUrl",
  "templatesUrl",
  "helmRepositoryUrl",
  "kubectlShellImage",
  "hiddenLabels",
  "hideStacks",
  "edgeCompute",
  "edgeUrl",
  "edgeCheckinInterval",
  "enforceEdgeId",
  "trustOnFirstConnect",
  "telemetry",
  "former",
  "instanceId",
) {
  /** Looks up all settings of a server, without managing them. */
  static get(name: string, options?: pulumi.CustomResourceOptions): Settings {
    return new Settings(name, {}, { ...options, id: "settings" });
  }
}
