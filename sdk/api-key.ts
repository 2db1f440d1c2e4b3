import type { apiKey } from "../provider/portainer/api-key";
import { type ArgsOf, resource } from "./define";

export interface ApiKeyArgs extends ArgsOf<typeof apiKey> {}

/**
 * An API key of the user that its Provider logs in as, with a username and a password. `rawKey` can configure another
 * Provider in the same program. Destroying the resource revokes the key.
 *
 * @example
 * ```ts
 * const owner = new portainer.Provider("owner", { url, username: "admin", password });
 * const key = new portainer.ApiKey("ci", {}, { provider: owner });
 * const ci = new portainer.Provider("ci", { url, apiKey: key.rawKey });
 * ```
 */
export class ApiKey extends resource<typeof apiKey>("ApiKey", {
  secretOutputs: ["rawKey"],
  exclusive: false,
})("description", "rawKey", "keyId", "userId", "prefix", "createdAt", "instanceId") {}
