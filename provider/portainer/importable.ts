/** Reads the objects of Portainer's database, whoever created them, as inputs for a program and as state: for an import. */
import type { PortainerClient } from "../../client";
import {
  DEFAULT_SECURITY,
  DEFAULT_SETTINGS,
  type Endpoint,
  type Registry,
  type SecuritySettings,
  type Settings,
  type Stack,
  StackType,
  UNASSIGNED_GROUP,
} from "../../contract";
import type { Context } from "../core/definition";
import { equal } from "../core/diff";
import { INITIAL_ADMINISTRATOR } from "../core/directory";
import {
  type ImportableKind,
  type ImportableObjects,
  ifAllowed,
  importableDefinition,
  type Listed,
  readListed,
} from "../core/importable";
import { isMap, type Properties } from "../core/properties";
import { customTemplate } from "./custom-template";
import { endpoint } from "./endpoint";
import { typeOf } from "./endpoint/view";
import { endpointGroup } from "./endpoint-group";
import { registry } from "./registry";
import { registryAccess } from "./registry-access";
import { settings, settingsInputs } from "./settings";
import { sslSettings } from "./ssl-settings";
import { stack } from "./stack";
import { tag } from "./tag";
import { team } from "./team";
import { teamMembership } from "./team-membership";
import { user } from "./user";
import { webhook } from "./webhook";

interface PortainerKind extends ImportableKind {
  list(client: PortainerClient): Promise<readonly Listed[]>;
}

const byId = ({ Id }: { readonly Id: number }): Listed => ({ id: String(Id) });

/** In the order in which a program declares them. */
const KINDS = {
  Settings: {
    definition: importableDefinition(settings),
    list: async ({ settings }) => [
      { id: "settings", name: "the settings", unseen: secretsOfSettings(await settings.get({})) },
    ],
    said: saidOfSettings,
    reasonIfNothing: "which are those of a new installation",
  },
  SslSettings: {
    definition: importableDefinition(sslSettings),
    list: async ({ ssl }) => {
      await ssl.get({});
      return [{ id: "ssl", name: "the TLS settings" }];
    },
    said: ({ httpEnabled }) => (httpEnabled === true ? {} : { httpEnabled }),
    reasonIfNothing:
      "which are those of a new installation, but for a certificate that Portainer never shows",
  },
  Tag: {
    definition: importableDefinition(tag),
    list: async ({ tags }) => (await tags.list()).map(({ ID }) => ({ id: String(ID) })),
  },
  Team: {
    definition: importableDefinition(team),
    list: async ({ teams }) => (await teams.list({})).map(byId),
  },
  User: {
    definition: importableDefinition(user),
    list: async ({ users }) =>
      (await users.list({})).map(({ Id, Username }) => ({
        id: String(Id),
        name: `user "${Username}"`,
        ...(Id === INITIAL_ADMINISTRATOR && {
          reason: "the initial administrator, whom an `AdminUser` adopts by itself",
        }),
      })),
  },
  TeamMembership: {
    definition: importableDefinition(teamMembership),
    list: async ({ teamMemberships }) =>
      (await teamMemberships.list()).map(({ TeamID, UserID }) => ({ id: `${TeamID}/${UserID}` })),
  },
  EndpointGroup: {
    definition: importableDefinition(endpointGroup),
    list: async ({ endpointGroups }) =>
      (await endpointGroups.list()).flatMap((group) => (group.Id === UNASSIGNED_GROUP ? [] : [byId(group)])),
  },
  Endpoint: {
    definition: importableDefinition(endpoint),
    list: async ({ endpoints }) =>
      (await endpoints.list({})).map((one) => ({
        id: String(one.Id),
        name: `environment "${one.Name}"`,
        unseen: tlsFilesOf(one),
        ...(typeOf(one) === undefined && { reason: "neither a Docker engine nor an agent" }),
      })),
    said: saidOfEndpoint,
  },
  Registry: {
    definition: importableDefinition(registry),
    list: async ({ registries }) =>
      (await registries.list()).map((one) => ({
        ...byId(one),
        unseen: one.Authentication ? ["password"] : [],
      })),
  },
  RegistryAccess: {
    definition: importableDefinition(registryAccess),
    list: async ({ registries }) => (await registries.list()).flatMap(entriesOf),
  },
  CustomTemplate: {
    definition: importableDefinition(customTemplate),
    list: async ({ customTemplates }) =>
      (await customTemplates.list({})).map(({ Id, Title, GitConfig, EdgeTemplate }) => ({
        id: String(Id),
        name: `custom template "${Title}"`,
        unseen: GitConfig?.Authentication ? ["git.password"] : [],
        ...(EdgeTemplate && { reason: "a template of edge stacks" }),
      })),
  },
  Stack: {
    definition: importableDefinition(stack),
    list: async ({ stacks }) => (await stacks.list({})).map(listedStack),
  },
  Webhook: {
    definition: importableDefinition(webhook),
    list: async ({ webhooks, settings }) => {
      // Portainer shows standard users an empty list, and refuses them the settings.
      await settings.get({});
      return (await webhooks.list({})).map(({ Id, Type }) => ({
        id: String(Id),
        name: `webhook ${Id}`,
        ...(Type !== OF_SERVICE && { reason: "of no service of a swarm" }),
      }));
    },
  },
} as const satisfies Record<string, PortainerKind>;

/** The type of a webhook whose object is a service. */
const OF_SERVICE = 1;

export type PortainerType = keyof typeof KINDS;
export const PORTAINER_TYPES = Object.keys(KINDS) as readonly PortainerType[];
export const isPortainerType = (type: string): type is PortainerType => Object.hasOwn(KINDS, type);
export const portainerDefinition = (type: PortainerType) => KINDS[type].definition;

/** Reads all objects of a class: one list, and each object by itself. Writes nothing. */
export function importableObjects(context: Context, type: PortainerType): Promise<ImportableObjects> {
  const kind: PortainerKind = KINDS[type];
  return ifAllowed(`every ${type}`, async () =>
    readListed(context, kind, await kind.list(context.connection.client)),
  );
}

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

/**
 * Without what a new installation has by itself. A release brings its own image of the shell: a program that names it
 * would keep an old one.
 */
function saidOfSettings({ kubectlShellImage: image, ...inputs }: Properties): Properties {
  const isOwn = image === undefined || /^portainer\/kubectl-shell\b/.test(String(image));
  return beyond(
    { ...inputs, ...(!isOwn && { kubectlShellImage: image }) },
    settingsInputs(DEFAULT_SETTINGS) as Properties,
  );
}

/** The values that differ from the usual ones; maps key by key. */
const beyond = (values: Properties, usual: Properties): Properties =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      if (equal(value, usual[key])) return [];
      const before = usual[key];
      if (!isMap(value) || !isMap(before)) return [[key, value]];
      const rest = beyond(value, before);
      return Object.keys(rest).length > 0 ? [[key, rest]] : [];
    }),
  );

const secretsOfSettings = ({ LDAPSettings, OAuthSettings }: Settings): string[] => [
  ...(LDAPSettings.ReaderDN && !LDAPSettings.AnonymousMode ? ["ldap.password"] : []),
  ...(OAuthSettings.ClientID ? ["oauth.clientSecret"] : []),
];

/** Who may use a registry, by environment: `3/1/user/5`. */
const entriesOf = ({ Id, RegistryAccesses }: Registry): Listed[] =>
  Object.entries(RegistryAccesses ?? {}).flatMap(([endpointId, access]) =>
    [
      ...Object.keys(access.UserAccessPolicies ?? {}).map((id) => `user/${id}`),
      ...Object.keys(access.TeamAccessPolicies ?? {}).map((id) => `team/${id}`),
      ...(access.Namespaces ?? []).map((name) => `namespace/${name}`),
    ].map((subject) => ({ id: `${Id}/${endpointId}/${subject}` })),
  );

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
