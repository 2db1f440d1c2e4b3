/** Reads the objects of Portainer's database, whoever created them, as inputs for a program and as state: for an import. */
import type { z } from "zod";
import { isApiError, type PortainerClient } from "../../client";
import {
  DEFAULT_SECURITY,
  type Endpoint,
  type SecuritySettings,
  type Stack,
  StackType,
  UNASSIGNED_GROUP,
} from "../../contract";
import type { Context, Definition } from "../core/definition";
import { unlessNotFound } from "../core/errors";
import type { ImportableObject, SkippedObject } from "../core/importable";
import type { Properties } from "../core/properties";
import { schemaDefaults } from "../core/schema";
import { endpoint } from "./endpoint";
import { typeOf } from "./endpoint/view";
import { endpointGroup } from "./endpoint-group";
import { registry } from "./registry";
import { stack } from "./stack";
import { tag } from "./tag";
import { team } from "./team";
import { teamMembership } from "./team-membership";
import { INITIAL_ADMINISTRATOR, user } from "./user";

/** An object of a list, as an import needs it. */
interface Listed {
  readonly id: string;
  /** Why it is not imported, as a clause. @default it is imported */
  readonly reason?: string;
  readonly name?: string;
  readonly unseen?: readonly string[];
}

/** A class whose objects an import can find. */
interface ImportableKind {
  readonly definition: Pick<Definition<z.ZodObject, object>, "schema" | "read">;
  list(client: PortainerClient): Promise<readonly Listed[]>;
  /** The inputs that a program has to say. @default all that are not empty */
  said?(inputs: Properties): Properties;
}

const byId = ({ Id }: { readonly Id: number }): Listed => ({ id: String(Id) });
const kind = <Schema extends z.ZodObject, Outputs extends object>(
  definition: Definition<Schema, Outputs>,
  rest: Omit<ImportableKind, "definition">,
): ImportableKind => ({ definition: definition as unknown as ImportableKind["definition"], ...rest });

/** In the order in which a program declares them. */
const KINDS = {
  Tag: kind(tag, { list: async ({ tags }) => (await tags.list()).map(({ ID }) => ({ id: String(ID) })) }),
  Team: kind(team, { list: async ({ teams }) => (await teams.list({})).map(byId) }),
  User: kind(user, {
    list: async ({ users }) =>
      (await users.list({})).map(({ Id, Username }) => ({
        id: String(Id),
        name: `user "${Username}"`,
        ...(Id === INITIAL_ADMINISTRATOR && {
          reason: "the initial administrator, whom an `AdminUser` adopts by itself",
        }),
      })),
  }),
  TeamMembership: kind(teamMembership, {
    list: async ({ teamMemberships }) =>
      (await teamMemberships.list()).map(({ TeamID, UserID }) => ({ id: `${TeamID}/${UserID}` })),
  }),
  EndpointGroup: kind(endpointGroup, {
    list: async ({ endpointGroups }) =>
      (await endpointGroups.list()).flatMap((group) => (group.Id === UNASSIGNED_GROUP ? [] : [byId(group)])),
  }),
  Endpoint: kind(endpoint, {
    list: async ({ endpoints }) =>
      (await endpoints.list({})).map((one) => ({
        id: String(one.Id),
        name: `environment "${one.Name}"`,
        unseen: tlsFilesOf(one),
        ...(typeOf(one) === undefined && { reason: "neither a Docker engine nor an agent" }),
      })),
    said: saidOfEndpoint,
  }),
  Registry: kind(registry, {
    list: async ({ registries }) =>
      (await registries.list()).map((one) => ({
        ...byId(one),
        unseen: one.Authentication ? ["password"] : [],
      })),
  }),
  Stack: kind(stack, {
    list: async ({ stacks }) => (await stacks.list({})).map(listedStack),
    said: ({ access, ...inputs }) => ({ ...inputs, ...(access !== "administrators" && { access }) }),
  }),
} as const satisfies Record<string, ImportableKind>;

export type PortainerType = keyof typeof KINDS;
export const PORTAINER_TYPES = Object.keys(KINDS) as readonly PortainerType[];
export const isPortainerType = (type: string): type is PortainerType => Object.hasOwn(KINDS, type);

export interface ImportableObjects {
  readonly found: readonly ImportableObject[];
  readonly skipped: readonly SkippedObject[];
}

/** Reads all objects of a class: one list, and each object by itself. Writes nothing. */
export async function importableObjects(context: Context, type: PortainerType): Promise<ImportableObjects> {
  const { definition, list, said = (inputs) => inputs }: ImportableKind = KINDS[type];
  const listed = await allowed(() => list(context.connection.client));
  if (!listed) {
    const reason = "which these credentials may not list";
    return { found: [], skipped: [{ name: `every ${type}`, reason }] };
  }
  const found: ImportableObject[] = [];
  const skipped: SkippedObject[] = [];
  for (const { id, name = id, reason, unseen = [] } of listed) {
    if (reason !== undefined) {
      skipped.push({ name, reason });
      continue;
    }
    const now = await unlessNotFound(() => definition.read(context, id, {}));
    if (!now) continue;
    const inputs = withDefaults(definition.schema, said(withoutEmpty(now.inputs)));
    const outputs = Object.entries(now.outputs).filter(([key]) => !(key in definition.schema.shape));
    found.push({ id, inputs, outputs: { ...inputs, ...Object.fromEntries(outputs) }, unseen });
  }
  return { found, skipped };
}

async function allowed<T>(list: () => Promise<T>): Promise<T | undefined> {
  try {
    return await list();
  } catch (error) {
    if (isApiError(error) && error.status === 403) return undefined;
    throw error;
  }
}

/** The inputs without empty texts, lists and maps: what no program has to say. */
function withoutEmpty(inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([key, value]) => {
      const shown = isMap(value) ? withoutEmpty(value) : value;
      return isEmpty(shown) ? [] : [[key, shown]];
    }),
  );
}

const isMap = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  (typeof value === "object" && Object.keys(value).length === 0);

/** With the defaults that a `check` adds, which the server does not show. */
const withDefaults = (schema: z.ZodObject, inputs: Properties): Properties => ({
  ...inputs,
  ...Object.fromEntries(Object.entries(schemaDefaults(schema)).filter(([key]) => !(key in inputs))),
});

/** Without what a new environment has by itself. */
function saidOfEndpoint({ groupId, security, containerEngine, ...inputs }: Properties): Properties {
  const restricted = Object.entries((security ?? {}) as Properties).filter(
    ([key, value]) => DEFAULT_SECURITY[key as keyof SecuritySettings] !== value,
  );
  return {
    ...inputs,
    ...(groupId !== UNASSIGNED_GROUP && { groupId }),
    ...(restricted.length > 0 && { security: Object.fromEntries(restricted) }),
    ...(containerEngine === "podman" && { containerEngine }),
  };
}

function listedStack({ Id, Name, Type, GitConfig }: Stack): Listed {
  const isKnown = Type === StackType.compose || Type === StackType.swarm;
  return {
    id: String(Id),
    name: `stack "${Name}"`,
    unseen: GitConfig?.Authentication ? ["git.password"] : [],
    ...(!isKnown && { reason: "a stack of Kubernetes" }),
  };
}

function tlsFilesOf({ TLSConfig, Type }: Endpoint): string[] {
  if (!TLSConfig.TLS || typeOf({ Type } as Endpoint) !== "docker") return [];
  return [
    ...(TLSConfig.TLSCACert ? ["tls.caCert"] : []),
    ...(TLSConfig.TLSCert ? ["tls.clientCert", "tls.clientKey"] : []),
  ];
}
