import { z } from "zod";
import type { PortainerClient } from "../../client";
import type { Webhook } from "../../contract";
import { apiUrl, type Connection } from "../connection";
import type { Definition, Property } from "../core/definition";
import { refreshed } from "../core/diff";
import { ProviderError } from "../core/errors";
import { lookOnceBack, mayHaveHappened, repeatIfLost } from "../core/lost-answer";
import type { Installed } from "../core/object";
import { filledIn, IdSchema, idNumber } from "../core/schema";
import { missingEndpoint } from "../docker/engine";

/** The only type that the Community Edition has: a service of a swarm. */
const SERVICE = 1;

export const WebhookSchema = z.object({
  /** The environment of the service: its id, or the `Endpoint`. A change replaces the webhook. @default the provider's `endpointId` */
  endpointId: filledIn(IdSchema),
  /** The service's id on the swarm, `serviceId` of a `Service`. A change replaces the webhook. Portainer: `ResourceID`. */
  serviceId: z.string().min(1, "the service's id is empty"),
  /**
   * The registry whose credentials to pull with: its id, or the `Registry`. Changed in place. Portainer: `RegistryID`.
   * @default not managed; none in a new webhook
   */
  registryId: IdSchema.optional(),
  /**
   * What to do when the service has a webhook: `"matching"` adopts it if its registry is as desired, `"replace"` adopts it
   * and changes the registry. Destroying the resource then deletes it. @default refuse
   */
  adopt: z.enum(["matching", "replace"]).optional(),
});
export type WebhookArgs = z.input<typeof WebhookSchema>;
type Inputs = z.output<typeof WebhookSchema>;

export interface WebhookOutputs extends Installed {
  /** The webhook's id in Portainer, a number; `id` is the same as text. */
  readonly webhookId: number;
  /**
   * The URL to which a `POST` pulls the service's image again and deploys it; `?tag=1.28` takes another tag. Secret: who
   * has it needs no login.
   */
  readonly webhookUrl: string;
}

const noRegistry = (id: number | string): number | null => idNumber(id) || null;

const properties = {
  endpointId: { change: "replace", normalize: idNumber },
  serviceId: { change: "replace" },
  registryId: { normalize: noRegistry, whenRemoved: 0 },
  adopt: { change: "none" },
} as const satisfies Record<string, Property>;

/** The webhook of a service. Portainer shows no single one, so it is found in the list, which only administrators see. */
export const webhook: Definition<typeof WebhookSchema, WebhookOutputs> = {
  type: "Webhook",
  schema: WebhookSchema,
  properties,
  secrets: ["webhookUrl"],
  misnomers: { resourceId: "serviceId", service: "serviceId" },
  defaults: (_inputs, { settings }) => (settings.endpointId ? { endpointId: settings.endpointId } : {}),
  validate: missingEndpoint,
  identity: ({ instanceId, webhookId }) =>
    instanceId === undefined || webhookId === undefined ? undefined : nameIn(instanceId, webhookId),

  async create({ connection, signal, claims }, inputs) {
    const { client } = connection;
    const instanceId = await connection.sameServer(undefined);
    const found = await ofService(client, inputs);
    if (found) {
      claims.seek(nameIn(instanceId, found.Id), `the webhook of service ${inputs.serviceId}`);
      requireAdoption(inputs, found);
    }
    const made = found ? await withRegistry(client, found, inputs) : await make();
    claims.hold(nameIn(instanceId, made.Id));
    return { id: String(made.Id), outputs: { ...inputs, ...outputsOf(connection, made), instanceId } };

    async function make(): Promise<Webhook> {
      const { endpointId, serviceId, registryId } = inputs;
      const body = {
        ResourceID: serviceId,
        EndpointID: idNumber(endpointId),
        RegistryID: idNumber(registryId ?? 0),
        WebhookType: SERVICE,
      } as const;
      try {
        return await client.webhooks.create({ body });
      } catch (error) {
        if (!mayHaveHappened(error)) throw error;
        // A service has one webhook, and it had none before.
        const ours = await lookOnceBack(signal, () => ofService(client, inputs));
        if (!ours) throw error;
        return ours;
      }
    }
  },

  async read({ connection }, id, state) {
    if (!/^[1-9]\d*$/.test(id)) {
      throw new ProviderError(`a Webhook is looked up by its id, a whole number, and "${id}" is none`);
    }
    const { client } = connection;
    const instanceId = await connection.sameServer(state.instanceId);
    const now = (await client.webhooks.list({})).find(({ Id }) => Id === Number(id));
    if (!now) {
      await requireAdministrator(client);
      return undefined;
    }
    const shown = { endpointId: now.EndpointId, serviceId: now.ResourceId, registryId: now.RegistryId };
    const { webhookId: _id, webhookUrl: _url, instanceId: _instance, ...remembered } = state;
    const { registryId, ...others } = shown;
    const everything = registryId === 0 ? others : shown;
    const inputs = state.instanceId === undefined ? everything : refreshed(properties, remembered, shown);
    return { id, inputs, outputs: { ...inputs, ...outputsOf(connection, now), instanceId } };
  },

  async update({ connection }, _id, olds, inputs) {
    const instanceId = await connection.sameServer(olds.instanceId);
    const { webhookId, webhookUrl } = olds;
    await setRegistry(connection.client, webhookId, inputs.registryId ?? 0);
    return { ...inputs, webhookId, webhookUrl, instanceId };
  },

  async delete({ connection }, _id, { instanceId, webhookId }) {
    await connection.sameServer(instanceId);
    // Portainer answers the same for one that is gone.
    await repeatIfLost(() => connection.client.webhooks.delete({ params: { id: webhookId } }));
  },
};

const nameIn = (instanceId: string, webhookId: number): string => `${instanceId}/Webhook/${webhookId}`;

const outputsOf = ({ url }: Connection, { Id, Token }: Webhook) => ({
  webhookId: Id,
  webhookUrl: apiUrl(url, `/webhooks/${Token}`),
});

async function ofService(
  { webhooks }: PortainerClient,
  { endpointId, serviceId }: Inputs,
): Promise<Webhook | undefined> {
  const filters = JSON.stringify({ ResourceID: serviceId, EndpointID: idNumber(endpointId) });
  return (await webhooks.list({ query: { filters } })).find(({ ResourceId }) => ResourceId === serviceId);
}

/** The list of webhooks is empty for standard users, so for them nothing is gone. */
async function requireAdministrator({ settings }: PortainerClient): Promise<void> {
  await settings.get({});
}

async function withRegistry(
  client: PortainerClient,
  found: Webhook,
  { registryId }: Inputs,
): Promise<Webhook> {
  if (registryId === undefined || found.RegistryId === idNumber(registryId)) return found;
  return await setRegistry(client, found.Id, registryId);
}

async function setRegistry(
  { webhooks }: PortainerClient,
  id: number,
  registryId: number | string,
): Promise<Webhook> {
  const body = { RegistryID: idNumber(registryId) };
  return await repeatIfLost(() => webhooks.update({ params: { id }, body }));
}

function requireAdoption({ adopt, serviceId, registryId }: Inputs, { Id, RegistryId }: Webhook): void {
  const inWords = `the service ${serviceId} has a webhook already (id ${Id})`;
  if (adopt === undefined) {
    throw new ProviderError(
      `${inWords}, and Portainer does not say who made it. It was not touched. If a resource of this program made it and was renamed or moved, ` +
        'say so with the resource option `aliases: [{ name: "…" }]`. Otherwise take it: `adopt: "matching"` if its registry is as desired, `adopt: "replace"` changes the registry.',
    );
  }
  if (adopt === "replace" || registryId === undefined || RegistryId === idNumber(registryId)) return;
  throw new ProviderError(
    `${inWords}, with registry ${RegistryId}: set \`registryId\` as it is there, or \`adopt: "replace"\` to have it changed.`,
  );
}
