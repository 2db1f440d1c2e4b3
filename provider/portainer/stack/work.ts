/** What every step of a stack works with. */
import type { PortainerClient } from "../../../client";
import { ResourceType, type Stack, StackStatus } from "../../../contract";
import { apiUrl } from "../../connection";
import type { Context, State } from "../../core/definition";
import { ProviderError } from "../../core/errors";
import type { Installed } from "../../core/object";
import { idNumber } from "../../core/schema";
import type { Server } from "../../docker/access";
import type { StackInputs, StackSchema } from "./schema";

export interface StackOutputs extends Installed {
  /** The stack's id in Portainer, a number; `id` is the same as text. */
  readonly stackId: number;
  /** Whether it runs, when it was last seen: `"active"`, `"inactive"`, `"deploying"` or `"error"`. */
  readonly status: keyof typeof StackStatus;
  /** The commit that is deployed, of a stack with `git`. */
  readonly commit?: string | undefined;
  /** The URL that makes Portainer look for a new commit, with `git.autoUpdate.webhook`. Secret: who has it may deploy. */
  readonly webhookUrl?: string | undefined;
}
export type StackState = State<typeof StackSchema, StackOutputs>;

/** What every step works with. */
export interface Work extends Server {
  readonly context: Context;
  readonly stacks: PortainerClient["stacks"];
  readonly instanceId: string;
}

export async function reach(context: Context, instanceId: string | undefined): Promise<Work> {
  const { connection, signal } = context;
  const server = await connection.sameServer(instanceId);
  const { client } = connection;
  return { context, portainer: client, stacks: client.stacks, call: { signal }, instanceId: server };
}

export const identityOf = (instanceId: string, stackId: number): string => `${instanceId}/Stack/${stackId}`;
export const query = (endpointId: number | string) => ({ endpointId: String(endpointId) });
export const get = ({ stacks, call }: Work, id: number) => stacks.get({ params: { id } }, call);
export const fileOf = async (
  { stacks, call }: Work,
  { Id, GitConfig }: Stack,
): Promise<string | undefined> =>
  GitConfig ? undefined : (await stacks.file({ params: { id: Id } }, call)).StackFileContent;

export function stateOf({ context, instanceId }: Work, stack: Stack, inputs: object): StackState {
  const { Id, Status, GitConfig, AutoUpdate } = stack;
  const words = Object.keys(StackStatus) as (keyof typeof StackStatus)[];
  const token = AutoUpdate?.Webhook;
  return {
    ...inputs,
    stackId: Id,
    status: words.find((word) => StackStatus[word] === Status) ?? "inactive",
    ...(GitConfig && { commit: GitConfig.ConfigHash }),
    ...(token && {
      webhookUrl: apiUrl(context.connection.url, `/stacks/webhooks/${token}`),
    }),
    instanceId,
  } as StackState;
}

export const controlled = ({ EndpointId, Name, ResourceControl }: Stack) => ({
  type: ResourceType.stack,
  id: `${EndpointId}_${Name}`,
  control: ResourceControl,
});

/** A stack of the same name there, or none. */
export async function stored(
  { stacks, call }: Work,
  { name, endpointId }: StackInputs,
): Promise<Stack | undefined> {
  const all = await stacks.list({}, call);
  return all.find(({ Name, EndpointId }) => Name === name && EndpointId === idNumber(endpointId));
}

export async function swarmIdOf({ portainer, call }: Work, endpointId: number | string): Promise<string> {
  const { Swarm } = await portainer.docker(idNumber(endpointId)).system.info({}, call);
  const id = Swarm?.Cluster?.ID;
  if (id) return id;
  throw new ProviderError(
    `environment ${endpointId} is no manager of a swarm, and the stack has \`type: "swarm"\`: choose another environment, or \`type: "standalone"\``,
  );
}
