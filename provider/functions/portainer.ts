/** Functions that look up objects of Portainer's database. */
import { z } from "zod";
import type { CallOptions, PortainerClient } from "../../client";
import {
  type Endpoint,
  EndpointStatus,
  EndpointType,
  type Registry,
  RegistryType,
  Role,
  type Stack,
  StackStatus,
  StackType,
  type Tag,
  type Team,
  type User,
} from "../../contract";
import { IdSchema, idNumber } from "../core/schema";
import { type FunctionDefinition, found } from "./function";

const idField = IdSchema.optional();
const nameField = z.string().min(1, "the name is empty").optional();

type ById = z.ZodObject<{ id: typeof idField }>;

/** How one object is found and shown. */
interface OneObject<Schema extends ById, Wire, Result extends object> {
  /** The word for it in messages: `"tag"`. */
  readonly what: string;
  readonly schema: Schema;
  /** The argument that holds the name. @default "name" */
  readonly named?: string;
  readonly misnomers?: Readonly<Record<string, string>>;
  list(client: PortainerClient, args: z.output<Schema>, call: CallOptions): Promise<readonly Wire[]>;
  /** Whether an object of the list is the one that the arguments name. */
  fits(object: Wire, args: z.output<Schema>): boolean;
  get(client: PortainerClient, id: number, call: CallOptions): Promise<Wire | undefined>;
  result(object: Wire): Result;
}

/** A function that finds one object, by its id or by its name. */
const one = <Schema extends ById, Wire, Result extends object>(
  kind: OneObject<Schema, Wire, Result>,
): FunctionDefinition<Schema, Result> => {
  const { what, schema, named = "name", misnomers = {} } = kind;
  return {
    schema,
    oneOf: ["id", named],
    misnomers,
    async run({ connection, call }, args) {
      const { client } = connection;
      const { id } = args as { readonly id?: number | string | undefined };
      const name = (args as Readonly<Record<string, unknown>>)[named];
      const object = await found(
        id === undefined ? `${what} "${name}"` : `${what} ${id}`,
        connection,
        async () =>
          id === undefined
            ? (await kind.list(client, args, call)).find((candidate) => kind.fits(candidate, args))
            : await kind.get(client, idNumber(id), call),
      );
      return kind.result(object);
    },
  };
};

/** Portainer ignores the case of user, team and stack names. */
const isSameName = (actual: string, name: string | undefined) => actual.toLowerCase() === name?.toLowerCase();

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
  /** Its name. */
  readonly name: string;
}
export const getTag = one<typeof GetTagSchema, Tag, GetTagResult>({
  what: "tag",
  schema: GetTagSchema,
  list: ({ tags }, _args, call) => tags.list({}, call),
  fits: ({ Name }, { name }) => Name === name,
  // Portainer has no route for one tag.
  get: async ({ tags }, id, call) => (await tags.list({}, call)).find(({ ID }) => ID === id),
  result: ({ ID, Name }) => ({ tagId: ID, name: Name }),
});

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
  /** Its name. */
  readonly name: string;
}
export const getTeam = one<typeof GetTeamSchema, Team, GetTeamResult>({
  what: "team",
  schema: GetTeamSchema,
  list: ({ teams }, _args, call) => teams.list({}, call),
  fits: ({ Name }, { name }) => isSameName(Name, name),
  get: ({ teams }, id, call) => teams.get({ params: { id } }, call),
  result: ({ Id, Name }) => ({ teamId: Id, name: Name }),
});

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
  /** The name to log in with. */
  readonly username: string;
  /** What the user is in Portainer. */
  readonly role: "administrator" | "standard";
}
export const getUser = one<typeof GetUserSchema, User, GetUserResult>({
  what: "user",
  schema: GetUserSchema,
  named: "username",
  misnomers: { name: "username" },
  list: ({ users }, _args, call) => users.list({}, call),
  fits: ({ Username }, { username }) => isSameName(Username, username),
  get: ({ users }, id, call) => users.get({ params: { id } }, call),
  result: ({ Id, Username, Role: role }) => ({
    userId: Id,
    username: Username,
    role: role === Role.administrator ? "administrator" : "standard",
  }),
});

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
  /** Its name. */
  readonly name: string;
  /** Which service it is, as `type` of a `Registry`. */
  readonly type: keyof typeof RegistryType;
  /** Its address without a scheme, `"registry.example.com:5000"`. */
  readonly url: string;
  /** Whether Portainer logs in there. */
  readonly authentication: boolean;
  /** The user that Portainer logs in as; empty without `authentication`. Portainer never shows the password. */
  readonly username: string;
}
export const getRegistry = one<typeof GetRegistrySchema, Registry, GetRegistryResult>({
  what: "registry",
  schema: GetRegistrySchema,
  list: ({ registries }, _args, call) => registries.list({}, call),
  fits: ({ Name }, { name }) => Name === name,
  get: ({ registries }, id, call) => registries.get({ params: { id } }, call),
  result: ({ Id, Name, Type, URL, Authentication, Username }) => ({
    registryId: Id,
    name: Name,
    type: wordOf(RegistryType, Type),
    url: URL,
    authentication: Authentication,
    username: Username,
  }),
});

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
  /** The stack's id. */
  readonly stackId: number;
  /** Its name. */
  readonly name: string;
  /** What it is deployed by: Compose, a swarm or Kubernetes. */
  readonly type: keyof typeof StackType;
  /** The environment that it runs on. */
  readonly endpointId: number;
  /** Whether it runs. */
  readonly status: keyof typeof StackStatus;
  /** The file that it is deployed from, `"docker-compose.yml"`. */
  readonly entryPoint: string;
}
export const getStack = one<typeof GetStackSchema, Stack, GetStackResult>({
  what: "stack",
  schema: GetStackSchema,
  list: ({ stacks }, _args, call) => stacks.list({}, call),
  fits: ({ Name, EndpointId }, { name, endpointId }) =>
    isSameName(Name, name) && (endpointId === undefined || EndpointId === idNumber(endpointId)),
  get: ({ stacks }, id, call) => stacks.get({ params: { id } }, call),
  result: ({ Id, Name, Type, EndpointId, Status, EntryPoint }) => ({
    stackId: Id,
    name: Name,
    type: wordOf(StackType, Type),
    endpointId: EndpointId,
    status: wordOf(StackStatus, Status),
    entryPoint: EntryPoint,
  }),
});

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
  /** Its name. */
  readonly name: string;
  /** How Portainer reaches it: the engine itself, an agent, Kubernetes … */
  readonly type: keyof typeof EndpointType;
  /** The engine's address, `"unix:///var/run/docker.sock"` or `"tcp://10.0.0.2:2376"`. */
  readonly url: string;
  /** The address of published ports; empty if it is not set. */
  readonly publicUrl: string;
  /** The id of its group. */
  readonly groupId: number;
  /** The ids of its tags. */
  readonly tagIds: readonly number[];
  /** Whether Portainer reached it the last time that it tried. */
  readonly status: "up" | "down";
}
export interface GetEndpointResult extends EndpointSummary {}
export const getEndpoint = one<typeof GetEndpointSchema, Endpoint, GetEndpointResult>({
  what: "environment",
  schema: GetEndpointSchema,
  list: (client, { name }, call) => listEndpoints(client, { ...(name !== undefined && { name }) }, call),
  fits: ({ Name }, { name }) => Name === name,
  get: ({ endpoints }, id, call) => endpoints.get({ params: { id } }, call),
  result: summaryOf,
});

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

function listEndpoints({ endpoints }: PortainerClient, query: EndpointQuery, call: CallOptions) {
  return endpoints.list({ query: { ...query, excludeSnapshots: "true" } }, call);
}

function summaryOf(endpoint: Endpoint): EndpointSummary {
  return {
    endpointId: endpoint.Id,
    name: endpoint.Name,
    type: wordOf(EndpointType, endpoint.Type),
    url: endpoint.URL,
    publicUrl: endpoint.PublicURL,
    groupId: endpoint.GroupId,
    tagIds: endpoint.TagIds,
    status: endpoint.Status === EndpointStatus.down ? "down" : "up",
  };
}
