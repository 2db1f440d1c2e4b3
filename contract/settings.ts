import { z } from "zod";
import { listOf } from "./common";
import { live, route } from "./route";

export const PublicSettings = z.looseObject({
  LogoURL: z.string(),
  AuthenticationMethod: z.int(),
  /** In bytes. */
  RequiredPasswordLength: z.int().optional(),
});
export type PublicSettings = z.infer<typeof PublicSettings>;

const Url = (message: string) =>
  z.string(message).refine((text) => text === "" || URL.canParse(text), message);

const METHOD_RULE =
  "Invalid authentication method value. Value must be one of: 1 (internal), 2 (LDAP/AD) or 3 (OAuth)";

/** Unset fields stay as they are. */
const SettingsChange = z.object({
  LogoURL: Url("Invalid logo URL. Must correspond to a valid URL format").optional(),
  BlackListedLabels: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  AuthenticationMethod: z.literal([0, 1, 2, 3], METHOD_RULE).optional(),
  InternalAuthSettings: z.object({ RequiredPasswordLength: z.int().nonnegative() }).optional(),
  LDAPSettings: z.looseObject({}).optional(),
  OAuthSettings: z.looseObject({}).optional(),
  SnapshotInterval: z.string().optional(),
  TemplatesURL: Url("Invalid external templates URL. Must correspond to a valid URL format").optional(),
  GlobalDeploymentOptions: z.object({ hideStacksFunctionality: z.boolean().optional() }).optional(),
  EdgeAgentCheckinInterval: z.int().optional(),
  EnableEdgeComputeFeatures: z.boolean().optional(),
  UserSessionTimeout: z.string().optional(),
  KubeconfigExpiry: z.string().optional(),
  EnableTelemetry: z.boolean().optional(),
  HelmRepositoryURL: Url("Invalid Helm repository URL. Must correspond to a valid URL format").optional(),
  KubectlShellImage: z.string().optional(),
  TrustOnFirstConnect: z.boolean().optional(),
  EnforceEdgeID: z.boolean().optional(),
  EdgePortainerURL: z.string().optional(),
});

export const Settings = z.looseObject({
  LogoURL: z.string(),
  BlackListedLabels: listOf(z.object({ name: z.string(), value: z.string() })),
  AuthenticationMethod: z.int(),
  InternalAuthSettings: z.object({ RequiredPasswordLength: z.int() }),
  SnapshotInterval: z.string(),
  UserSessionTimeout: z.string(),
});
export type Settings = z.infer<typeof Settings>;

export const settings = {
  get: route({
    method: "GET",
    path: "/settings",
    access: "administrator",
    summary: "Show the settings of the installation",
    response: Settings,
    verified: live,
  }),
  update: route({
    method: "PUT",
    path: "/settings",
    access: "administrator",
    summary: "Change settings; what is not sent stays as it is",
    body: SettingsChange,
    response: Settings,
    fails: { 500: "The snapshot interval is no duration." },
    verified: live,
  }),
  getPublic: route({
    method: "GET",
    path: "/settings/public",
    access: "public",
    summary: "Show the settings that a login page needs",
    response: PublicSettings,
    verified: live,
  }),
};
