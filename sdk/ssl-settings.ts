import type * as pulumi from "@pulumi/pulumi";
import type { sslSettings } from "../provider/portainer/ssl-settings";
import { type ArgsOf, resource } from "./define";

export interface SslSettingsArgs extends ArgsOf<typeof sslSettings> {}

/**
 * How the Portainer server itself is served: its certificate, and whether it answers HTTP besides HTTPS. Only what the
 * program sets is managed. A destroy puts `httpEnabled` back; the certificate stays as last set.
 *
 * @example
 * ```ts
 * const config = new pulumi.Config();
 *
 * new portainer.SslSettings("ssl", {
 *   cert: fs.readFileSync("portainer.pem", "utf8"),
 *   key: config.requireSecret("portainerKey"),
 * });
 * ```
 */
export class SslSettings extends resource<typeof sslSettings>("SslSettings", { exclusive: true })(
  "cert",
  "key",
  "httpEnabled",
  "former",
  "instanceId",
) {
  /** Looks up how a server is served, without managing it. */
  static get(name: string, options?: pulumi.CustomResourceOptions): SslSettings {
    return new SslSettings(name, {}, { ...options, id: "ssl" });
  }
}
