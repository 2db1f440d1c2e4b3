/** Functions that look up objects of Portainer's database. */
import { z } from "zod";
import type { PortainerClient } from "../../client";
import {
  type Endpoint,
  EndpointStatus,
  EndpointType,
  RegistryType,
  Role,
  StackStatus,
  StackType,
} from "../../contract";
import { IdSchema, idNumber } from "../core/schema";
import { type FunctionDefinition, found } from "./function";

const idField = IdSchema.optional();
const nameField = z.string().min(1, "the name is empty").optional();

/** The object with this id or name, in words. */
const inWords = (
  kind: string,
  { id, name }: { id?: number | string | undefined; name?: string | undefined },
) => (id === undefined ? `${kind} "${name}"` : `${kind} ${id}`);

/** Portainer ignores the case of user, team and stack names. */
const isNamed = (name: string | undefined) => (actual: string) =>
  actual.toLowerCase() === name?.toLowerCase();

/** The name of a number of the API: `wordOf(StackType, 2)` gives `"compose"`. */
function wordOf<Words extends Readonly<Record<string, number>>>(
  words: Words,
  value: number,
): keyof Words & string {
  return Object.keys(words).find((word) => words[word] === value) ?? String(value);
}

export const GetStatusSchema = z.object({});
export type GetStatusArgs = z.input<typeof GetStatusSchema>;
export interface GetStatusResult {
  /** The server's version, `"2.21.4"`. */
  readonly version: string;
  /** The id of the installation, which never changes. */
  readonly instanceId: string;
}
export const getStatus: FunctionDefinition<typeof GetStatusSchema, GetStatusResult> = {
  schema: GetStatusSchema,
  async run({ connection }) {
    const { Version, InstanceID } = await connection.status();
    return { version: Version, instanceId: InstanceID };
  },
};

export const GetTagSchema = z.object({
  /** The tag's id. Give this or `name`. */
  id: idField,
  /** The tag's name, in the same case. */
  name: nameField,
});
export type GetTagArgs = z.input<typeof GetTagSchema>;
export interface GetTagResult {
  /** The tag's id, for `tagIds` of an `Endpoint`. */
  readonly tagId: number;
  readonly name: string;
}
export const getTag: FunctionDefinition<typeof GetTagSchema, GetTagResult> = {
  schema: GetTagSchema,
  oneOf: ["id", "name"],
  async run({ connection, call }, args) {
    const { ID, Name } = await found(inWords("tag", args), connection, async () =>
      (await connection.client.tags.list({}, call)).find(({ ID, Name }) =>
        args.id === undefined ? Name === args.name : ID === idNumber(args.id),
      ),
    );
    return { tagId: ID, name: Name };
  },
};

export const GetTeamSchema = z.object({
  /** The team's id. Give this or `name`. */
  id: idField,
  /** The team's name; Portainer ignores its case. */
  name: nameField,
});
export type GetTeamArgs = z.input<typeof GetTeamSchema>;
export interface GetTeamResult {
  /** The team's id, for `access`. */
  readonly teamId: number;
  readonly name: string;
}
export const getTeam: FunctionDefinition<typeof GetTeamSchema, GetTeamResult> = {
  schema: GetTeamSchema,
  oneOf: ["id", "name"],
  async run({ connection, call }, args) {
    const { teams } = connection.client;
    const { id, name } = args;
    const { Id, Name } = await found(inWords("team", args), connection, async () =>
      id === undefined
        ? (await teams.list({}, call)).find(({ Name }) => isNamed(name)(Name))
        : await teams.get({ params: { id: idNumber(id) } }, call),
    );
    return { teamId: Id, name: Name };
  },
};

export const GetUserSchema = z.object({
  /** The user's id. Give this or `username`. */
  id: idField,
  /** The user's name; Portainer ignores its case. Only administrators and leaders of teams may list users. */
  username: nameField,
});
export type GetUserArgs = z.input<typeof GetUserSchema>;
export interface GetUserResult {
  /** The user's id, for `access`. */
  readonly userId: number;
  readonly username: string;
  readonly role: "administrator" | "standard";
}
export const getUser: FunctionDefinition<typeof GetUserSchema, GetUserResult> = {
  schema: GetUserSchema,
  oneOf: ["id", "username"],
  misnomers: { name: "username" },
  async run({ connection, call }, { id, username }) {
    const { users } = connection.client;
    const user = await found(inWords("user", { id, name: username }), connection, async () =>
      id === undefined
        ? (await users.list({}, call)).find(({ Username }) => isNamed(username)(Username))
        : await users.get({ params: { id: idNumber(id) } }, call),
    );
    const role = user.Role === Role.administrator ? "administrator" : "standard";
    return { userId: user.Id, username: user.Username, role };
  },
};

export const GetRegistrySchema = z.object({
  /** The registry's id. Give this or `name`. */
  id: idField,
  /** The registry's name in Portainer. */
  name: nameField,
});
export type GetRegistryArgs = z.input<typeof GetRegistrySchema>;
export interface GetRegistryResult {
  /** The registry's id, for `registryId` of a `Container`. */
  readonly registryId: number;
  readonly name: string;
  readonly type: keyof typeof RegistryType;
  /** Its address without a scheme, `"registry.example.com:5000"`. */
  readonly url: string;
  /** Whether Portainer logs in there. */
  readonly authentication: boolean;
  /** The user that Portainer logs in as; empty without `authentication`. Portainer never shows the password. */
  readonly username: string;
}
export const getRegistry: FunctionDefinition<typeof GetRegistrySchema, GetRegistryResult> = {
  schema: GetRegistrySchema,
  oneOf: ["id", "name"],
  async run({ connection, call }, args) {
    const { registries } = connection.client;
    const { id, name } = args;
    const registry = await found(inWords("registry", args), connection, async () =>
      id === undefined
        ? (await registries.list({}, call)).find(({ Name }) => Name === name)
        : await registries.get({ params: { id: idNumber(id) } }, call),
    );
    return {
      registryId: registry.Id,
      name: registry.Name,
      type: wordOf(RegistryType, registry.Type),
      url: registry.URL,
      authentication: registry.Authentication,
      username: registry.Username,
    };
  },
};

export const GetStackSchema = z.object({
  /** The stack's id. Give this or `name`. */
  id: idField,
  /** The stack's name. Portainer has it in lower case. */
  name: nameField,
  /** The environment, where stacks of several environments have one name. @default any environment */
  endpointId: idField,
});
export type GetStackArgs = z.input<typeof GetStackSchema>;
export interface GetStackResult {
  readonly stackId: number;
  readonly name: string;
  readonly type: keyof typeof StackType;
  /** The environment that it runs on. */
  readonly endpointId: number;
  readonly status: keyof typeof StackStatus;
  /** The file that it is deployed from, `"docker-compose.yml"`. */
  readonly entryPoint: string;
}
export const getStack: FunctionDefinition<typeof GetStackSchema, GetStackResult> = {
  schema: GetStackSchema,
  oneOf: ["id", "name"],
  async run({ connection, call }, args) {
    const { stacks } = connection.client;
    const { id, name, endpointId } = args;
    const stack = await found(inWords("stack", args), connection, async () =>
      id === undefined
        ? (await stacks.list({}, call)).find(
            ({ Name, EndpointId }) =>
              isNamed(name)(Name) && (endpointId === undefined || EndpointId === idNumber(endpointId)),
          )
        : await stacks.get({ params: { id: idNumber(id) } }, call),
    );
    return {
      stackId: stack.Id,
      name: stack.Name,
      type: wordOf(StackType, stack.Type),
      endpointId: stack.EndpointId,
      status: wordOf(StackStatus, stack.Status),
      entryPoint: stack.EntryPoint,
    };
  },
};

export const GetEndpointSchema = z.object({
  /** The environment's id. Give this or `name`. */
  id: idField,
  /** The environment's name, in the same case. */
  name: nameField,
});
export type GetEndpointArgs = z.input<typeof GetEndpointSchema>;
export interface EndpointSummary {
  /** The environment's id, for `endpointId` of a `Container`. */
  readonly endpointId: number;
  readonly name: string;
  readonly type: keyof typeof EndpointType;
  /** The engine's address, `"unix:///var/run/docker.sock"` or `"tcp://10.0.0.2:2376"`. */
  readonly url: string;
  /** The address of published ports; empty if it is not set. */
  readonly publicUrl: string;
  /** The id of its group. */
  readonly groupId: number;
  readonly tagIds: readonly number[];
  /** Whether Portainer reached it the last time that it tried. */
  readonly status: "up" | "down";
}
export interface GetEndpointResult extends EndpointSummary {}
export const getEndpoint: FunctionDefinition<typeof GetEndpointSchema, GetEndpointResult> = {
  schema: GetEndpointSchema,
  oneOf: ["id", "name"],
  async run({ connection, call }, args) {
    const { endpoints } = connection.client;
    const { id, name = "" } = args;
    const endpoint = await found(inWords("environment", args), connection, async () =>
      id === undefined
        ? (await listEndpoints(connection.client, { name }, call)).find(({ Name }) => Name === name)
        : await endpoints.get({ params: { id: idNumber(id) } }, call),
    );
    return summaryOf(endpoint);
  },
};

export const GetEndpointsSchema = z.object({
  /** Only environments of this group: its id, or the resource. @default all */
  groupId: idField,
  /** Only environments with all of these tags: their ids, or the resources. @default all */
  tagIds: z.array(IdSchema).optional(),
  /** Only environments whose name, address, group or tag contains this text. @default all */
  search: z.string().min(1, "the text is empty").optional(),
});
export type GetEndpointsArgs = z.input<typeof GetEndpointsSchema>;
export interface GetEndpointsResult {
  /** The environments that the user may see, in the order of their names. */
  readonly endpoints: readonly EndpointSummary[];
}
export const getEndpoints: FunctionDefinition<typeof GetEndpointsSchema, GetEndpointsResult> = {
  schema: GetEndpointsSchema,
  async run({ connection, call }, { groupId, tagIds, search }) {
    const query = {
      ...(groupId !== undefined && { "groupIds[]": [String(groupId)] }),
      ...(tagIds && { "tagIds[]": tagIds.map(String) }),
      ...(search !== undefined && { search }),
      sort: "Name",
    };
    return { endpoints: (await listEndpoints(connection.client, query, call)).map(summaryOf) };
  },
};

type EndpointQuery = NonNullable<NonNullable<Parameters<PortainerClient["endpoints"]["list"]>[0]>["query"]>;

const listEndpoints = ({ endpoints }: PortainerClient, query: EndpointQuery, call: object) =>
  endpoints.list({ query: { ...query, excludeSnapshots: "true" } }, call);

const summaryOf = (endpoint: Endpoint): EndpointSummary => ({
  endpointId: endpoint.Id,
  name: endpoint.Name,
  type: wordOf(EndpointType, endpoint.Type),
  url: endpoint.URL,
  publicUrl: endpoint.PublicURL,
  groupId: endpoint.GroupId,
  tagIds: endpoint.TagIds,
  status: endpoint.Status === EndpointStatus.down ? "down" : "up",
});
