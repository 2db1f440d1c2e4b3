import { z } from "zod";
import { AccessPolicies, FormFile, Id } from "./common";
import { live, route, source } from "./route";

export const RegistryType = {
  quay: 1,
  azure: 2,
  custom: 3,
  gitlab: 4,
  proGet: 5,
  dockerHub: 6,
  ecr: 7,
} as const;

const Gitlab = z.object({
  ProjectId: z.int().optional(),
  InstanceURL: z.string().optional(),
  ProjectPath: z.string().optional(),
});
const Quay = z.object({ UseOrganisation: z.boolean().optional(), OrganisationName: z.string().optional() });
const Ecr = z.object({ Region: z.string().optional() });

/** Who may use a registry on one environment. */
export const RegistryAccess = z.looseObject({
  UserAccessPolicies: AccessPolicies.nullish(),
  TeamAccessPolicies: AccessPolicies.nullish(),
  Namespaces: z.array(z.string()).nullish(),
});

/** The password goes in, and never comes out. */
export const Registry = z.looseObject({
  Id,
  Type: z.int(),
  Name: z.string(),
  URL: z.string(),
  BaseURL: z.string(),
  Authentication: z.boolean(),
  Username: z.string(),
  Gitlab: Gitlab.optional(),
  Quay: Quay.optional(),
  Ecr: Ecr.optional(),
  /** By environment id. */
  RegistryAccesses: z.record(z.string(), RegistryAccess).nullish(),
});
export type Registry = z.infer<typeof Registry>;

const TYPE_RULE =
  "invalid registry type. Valid values are: 1 (Quay.io), 2 (Azure container registry), 3 (custom registry), 4 (Gitlab registry), 5 (ProGet registry), 6 (DockerHub), 7 (ECR)";
const CREDENTIALS_RULE =
  "Invalid credentials. Username and password must be specified when authentication is enabled";
const ECR_RULE =
  "invalid credentials: access key ID, secret access key and region must be specified when authentication is enabled";

const NewRegistry = z
  .object({
    Name: z.string("invalid registry name").min(1, "invalid registry name"),
    Type: z.int(TYPE_RULE).min(1, TYPE_RULE).max(7, TYPE_RULE),
    URL: z.string("invalid registry URL").min(1, "invalid registry URL"),
    BaseURL: z.string().optional(),
    Authentication: z.boolean().optional(),
    Username: z.string().optional(),
    Password: z.string().optional(),
    Gitlab: Gitlab.optional(),
    Quay: Quay.optional(),
    Ecr: Ecr.optional(),
  })
  .refine((it) => !it.Authentication || (it.Username && it.Password), CREDENTIALS_RULE)
  .refine((it) => !it.Authentication || it.Type !== RegistryType.ecr || it.Ecr?.Region, ECR_RULE)
  .refine(
    (it) => it.Type !== RegistryType.proGet || it.BaseURL,
    "BaseURL is required for registry type 5 (ProGet)",
  );

export const registries = {
  list: route({
    method: "GET",
    path: "/registries",
    access: "administrator",
    summary: "List the registries",
    response: z.array(Registry),
    verified: live,
  }),
  create: route({
    method: "POST",
    path: "/registries",
    access: "administrator",
    summary: "Create a registry",
    body: NewRegistry,
    response: Registry,
    fails: { 409: "Name, or URL and credentials, are taken." },
    verified: live,
  }),
  get: route({
    method: "GET",
    path: "/registries/:id",
    access: "authenticated",
    summary: "Show a registry; a standard user has to name the environment",
    query: z.object({ endpointId: z.string().optional() }),
    response: Registry,
    fails: { 500: "A standard user does not name the environment." },
    verified: live,
  }),
  update: route({
    method: "PUT",
    path: "/registries/:id",
    access: "administrator",
    summary: "Change a registry; credentials only together with Authentication",
    body: z.object({
      Name: z.string().optional(),
      URL: z.string().optional(),
      BaseURL: z.string().optional(),
      Authentication: z.boolean().optional(),
      Username: z.string().optional(),
      Password: z.string().optional(),
      Quay: Quay.optional(),
      Ecr: Ecr.optional(),
    }),
    response: Registry,
    fails: { 409: "Name, or URL and credentials, are taken." },
    verified: live,
  }),
  configure: route({
    method: "POST",
    path: "/registries/:id/configure",
    access: "administrator",
    summary: "Set how the server itself reaches a registry",
    form: z.object({
      Authentication: z.string().optional(),
      Username: z.string().optional(),
      Password: z.string().optional(),
      Region: z.string().optional(),
      TLS: z.string().optional(),
      TLSSkipVerify: z.string().optional(),
      TLSCACertFile: FormFile.optional(),
      TLSCertFile: FormFile.optional(),
      TLSKeyFile: FormFile.optional(),
    }),
    verified: source,
  }),
  delete: route({
    method: "DELETE",
    path: "/registries/:id",
    access: "administrator",
    summary: "Delete a registry",
    verified: live,
  }),
  listOfEndpoint: route({
    method: "GET",
    path: "/endpoints/:id/registries",
    access: "authenticated",
    summary: "List the registries that the caller may use on an environment",
    response: z.array(Registry),
    verified: source,
  }),
  setAccess: route({
    method: "PUT",
    path: "/endpoints/:id/registries/:registryId",
    access: "authenticated",
    summary: "Set who may use a registry on an environment",
    body: z.object({
      UserAccessPolicies: AccessPolicies.optional(),
      TeamAccessPolicies: AccessPolicies.optional(),
      Namespaces: z.array(z.string()).optional(),
    }),
    verified: live,
  }),
};
