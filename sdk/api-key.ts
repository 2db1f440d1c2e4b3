import type * as pulumi from "@pulumi/pulumi";
import type { ApiKeyInputs, ApiKeyOutputs, ApiKeySettled } from "../provider/api-key";
import { allOf } from "./properties";
import { PortainerResource } from "./resource";
import type { Args, Outputs } from "./types";

export interface ApiKeyArgs extends Args<ApiKeyInputs> {}

export interface ApiKey extends Outputs<ApiKeySettled>, Outputs<ApiKeyOutputs> {}

const PROPERTIES = allOf<ApiKeySettled & ApiKeyOutputs>()(
  "description",
  "rawKey",
  "keyId",
  "userId",
  "prefix",
  "createdAt",
  "instanceId",
);

/**
 * An API key of the user that its Provider logs in as, with a username and a password. `rawKey` can configure another
 * Provider in the same program. Destroying it revokes it.
 *
 * @example
 * ```ts
 * const owner = new portainer.Provider("owner", { url, username: "admin", password });
 * const key = new portainer.ApiKey("ci", {}, { provider: owner });
 * const ci = new portainer.Provider("ci", { url, apiKey: key.rawKey });
 * ```
 */
export class ApiKey extends PortainerResource {
  constructor(name: string, args: ApiKeyArgs = {}, options?: pulumi.CustomResourceOptions) {
    super(
      {
        type: "ApiKey",
        properties: PROPERTIES,
        secretOutputs: ["rawKey"],
        exclusive: false,
      },
      name,
      args,
      options,
    );
  }
}
