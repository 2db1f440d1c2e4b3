import { z } from "zod";
import { type Registry, RegistryType } from "../../contract";
import type { Definition } from "../core/definition";
import { type Installed, portainerObject } from "../core/object";
import { isUnknown, type Properties } from "../core/properties";
import { filledIn } from "../core/schema";
import type { Failure } from "../core/validate";

type TypeWord = keyof typeof RegistryType;
const TYPES = Object.keys(RegistryType) as [TypeWord, ...TypeWord[]];

export const RegistrySchema = z.object({
  /**
   * The registry's name, unique on the server. Changed in place. Portainer: `Name`.
   * @default the resource's name
   */
  name: filledIn(z.string().min(1, "the name is empty")),
  /**
   * Which service it is: `"custom"` fits every registry that has no word of its own. A change replaces the registry.
   * Portainer: `Type`.
   */
  type: z.enum(TYPES),
  /**
   * Its address as image names begin with it, without a scheme: `"registry.example.com:5000"`, `"docker.io"`. Portainer
   * refuses an address that another registry has with the same username. Changed in place. Portainer: `URL`.
   */
  url: z
    .string()
    .min(1, "the url is empty")
    .regex(
      /^(?![a-z][a-z0-9+.-]*:\/\/)/i,
      'the url has no scheme: write "registry.example.com", as image names do',
    ),
  /** The address of the ProGet server; required by `type: "proGet"`. Changed in place. Portainer: `BaseURL`. */
  baseUrl: z.string().min(1, "the base url is empty").optional(),
  /**
   * The user to log in as; the access key's id of ECR. With `password`. Once it is no longer set, Portainer uses the
   * registry without a login. Changed in place. Portainer: `Username`, `Authentication`. @default not managed; no login in
   * a new registry
   */
  username: z.string().min(1, "the username is empty").optional(),
  /**
   * The password, access token, or secret access key to log in with. Secret. With `username`. Portainer does not show
   * it, so a password changed there is not seen. Changed in place. Portainer: `Password`.
   */
  password: z.string().min(1, "the password is empty").optional(),
  /** For `type: "quay"`: the organisation whose images to use. Changed in place. Portainer: `Quay`. @default the user's own images */
  quay: z
    .strictObject({
      /** The organisation's name. */
      organisationName: z.string().min(1, "the organisation is empty"),
    })
    .optional(),
  /** For `type: "gitlab"`: the project. Portainer cannot change it: a change replaces the registry. Portainer: `Gitlab`. */
  gitlab: z
    .strictObject({
      /** The project's number. */
      projectId: z.int().positive(),
      /** Its path, `"group/project"`. */
      projectPath: z.string(),
      /** The address of the GitLab, `"https://gitlab.com"`. */
      instanceUrl: z.string(),
    })
    .optional(),
  /** For `type: "ecr"`: the region, required with credentials. Changed in place. Portainer: `Ecr`. */
  ecr: z
    .strictObject({
      /** The region, `"eu-central-1"`. */
      region: z.string().min(1, "the region is empty"),
    })
    .optional(),
  /**
   * What to do when a registry with this name exists: `"matching"` adopts it if it is as desired (the password cannot be
   * compared), `"replace"` adopts it and changes it, with its password. Destroying the resource then deletes it.
   * @default refuse
   */
  adopt: z.enum(["matching", "replace"]).optional(),
});
export type RegistryArgs = z.input<typeof RegistrySchema>;

export interface RegistryOutputs extends Installed {
  /** The registry's id in Portainer, a number; `id` is the same as text. */
  readonly registryId: number;
  /** Whether Portainer logs in there. */
  readonly authentication: boolean;
}

/** The details that one type alone has. */
const DETAILS = { baseUrl: "proGet", quay: "quay", gitlab: "gitlab", ecr: "ecr" } as const;

/** What Portainer refuses, or drops without a word. */
function validate(inputs: Properties): Failure[] {
  const { type, username, password, baseUrl, ecr } = inputs;
  const has = (value: unknown) => value !== undefined && value !== null;
  const failures: Failure[] = [];
  if (has(username) !== has(password)) {
    const [missing, given] = has(username) ? ["password", "username"] : ["username", "password"];
    failures.push({
      property: missing,
      reason: `the credentials are incomplete: \`${given}\` needs \`${missing}\``,
    });
  }
  if (isUnknown(type)) return failures;
  for (const [property, owner] of Object.entries(DETAILS)) {
    if (has(inputs[property]) && type !== owner)
      failures.push({ property, reason: `only a registry of type "${owner}" has \`${property}\`` });
  }
  if (type === "proGet" && !has(baseUrl))
    failures.push({ property: "baseUrl", reason: 'a registry of type "proGet" needs `baseUrl`' });
  if (type === "ecr" && has(username) !== has(ecr))
    failures.push({
      property: "ecr",
      reason: "a region and credentials of ECR are set together, or neither",
    });
  return failures;
}

/** The word for a type; none for those of the Business Edition. */
function typeIn(number: number): { type?: TypeWord } {
  const type = TYPES.find((word) => RegistryType[word] === number);
  return type === undefined ? {} : { type };
}

const builder = portainerObject<typeof RegistrySchema, RegistryOutputs, Registry>({
  type: "Registry",
  what: "registry",
  schema: RegistrySchema,
  properties: {
    type: { change: "replace" },
    username: { whenRemoved: null },
    password: { writeOnly: true, whenRemoved: null },
    quay: { whenRemoved: null },
    gitlab: { change: "replace" },
    ecr: { whenRemoved: null },
  },
  secrets: ["password"],
  misnomers: {
    registryName: "name",
    user: "username",
    registryUrl: "url",
    organisation: "quay.organisationName",
    region: "ecr.region",
  },
  validate,

  id: "registryId",
  inputs: ({ Name, Type, URL, BaseURL, Authentication, Username, Quay, Gitlab, Ecr }) => ({
    name: Name,
    ...typeIn(Type),
    url: URL,
    baseUrl: BaseURL || undefined,
    username: Authentication ? Username : undefined,
    quay: Quay?.UseOrganisation ? { organisationName: Quay.OrganisationName ?? "" } : undefined,
    gitlab: Gitlab?.ProjectId
      ? {
          projectId: Gitlab.ProjectId,
          projectPath: Gitlab.ProjectPath ?? "",
          instanceUrl: Gitlab.InstanceURL ?? "",
        }
      : undefined,
    ecr: Ecr?.Region ? { region: Ecr.Region } : undefined,
  }),
  outputs: ({ Id, Authentication }) => ({ registryId: Id, authentication: Authentication }),
  list: ({ registries }) => registries.list(),
  get: ({ registries }, id) => registries.get({ params: { id } }),
  create: ({ registries }, { name, type, url, baseUrl, username, password, quay, gitlab, ecr }) =>
    registries.create({
      body: {
        Name: name,
        Type: RegistryType[type],
        URL: url,
        BaseURL: baseUrl,
        Authentication: username !== undefined,
        Username: username,
        Password: password,
        Quay: quay && organisation(quay),
        Gitlab: gitlab && {
          ProjectId: gitlab.projectId,
          ProjectPath: gitlab.projectPath,
          InstanceURL: gitlab.instanceUrl,
        },
        Ecr: ecr && { Region: ecr.region },
      },
    }),
  update: ({ registries }, id, changes, _policies, { username, password, ecr }) => {
    const { name, url, baseUrl, quay } = changes;
    const isLogin = ["username", "password", "ecr"].some((key) => key in changes);
    return registries.update({
      params: { id },
      body: {
        Name: name,
        URL: url,
        BaseURL: baseUrl,
        ...("quay" in changes && { Quay: organisation(quay) }),
        // Whole, since Portainer would log in without a password where somebody has switched the login off.
        ...(isLogin &&
          (username
            ? {
                Authentication: true,
                Username: username,
                Password: password ?? undefined,
                Ecr: ecr ? { Region: ecr.region } : undefined,
              }
            : { Authentication: false })),
      },
    });
  },
  delete: ({ registries }, id) => registries.delete({ params: { id } }),
});

/** A registry whose images Portainer pulls. Who may use it on an environment is not changed here. */
export const registry: Definition<typeof RegistrySchema, RegistryOutputs> = {
  ...builder,
  /** Portainer refuses a second one with the name, and one with the address and username. */
  canCoexist: (changed) => changed.includes("name") && changed.includes("url"),
};

/** Portainer replaces both fields together. */
const organisation = (quay: { readonly organisationName: string } | null | undefined) => ({
  UseOrganisation: Boolean(quay),
  OrganisationName: quay?.organisationName ?? "",
});
