import type * as pulumi from "@pulumi/pulumi";
import type { webhook } from "../provider/portainer/webhook";
import { type ArgsOf, resource } from "./define";

export interface WebhookArgs extends ArgsOf<typeof webhook> {}

/**
 * A webhook of a swarm's service: a `POST` to its URL pulls the image again and deploys it, for a pipeline that has just
 * pushed one. Only an administrator can manage webhooks. A stack from git has its own, `git.autoUpdate.webhook`.
 *
 * @example
 * ```ts
 * const shop = new portainer.Service("shop", { endpointId: 1, image: "registry.example.com/shop:3" });
 * const hook = new portainer.Webhook("shop", { endpointId: 1, serviceId: shop.serviceId });
 * export const webhookUrl = hook.webhookUrl;
 * ```
 */
export class Webhook extends resource<typeof webhook>("Webhook", {
  exclusive: true,
  secretOutputs: ["webhookUrl"],
})("endpointId", "serviceId", "registryId", "adopt", "webhookId", "webhookUrl", "instanceId") {
  /** Looks up a webhook that Pulumi does not manage, by its id: `"3"`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: Omit<pulumi.CustomResourceOptions, "id">,
  ): Webhook {
    return new Webhook(name, {} as WebhookArgs, { ...options, id });
  }
}
