import { z } from "zod";
import { AuthenticationMethod, type Settings } from "../../../contract";
import type { Context } from "../../core/definition";
import { ProviderError } from "../../core/errors";
import { DurationSchema, milliseconds } from "../../core/schema";
import { portainerSetting, type SettingOutputs } from "../../core/setting";
import { LdapSchema, type LdapWire, ldapFields, ldapInputs, normalizeLdap } from "./ldap";
import { normalizeOauth, OauthSchema, type OauthWire, oauthFields, oauthInputs } from "./oauth";

const METHODS = ["internal", "ldap", "oauth"] as const;

export const SettingsSchema = z.object({
  /**
   * Where passwords are checked. The installation's first administrator can always log in with the password that
   * Portainer keeps, and API keys go on. Portainer: `AuthenticationMethod`.
   */
  authenticationMethod: z.enum(METHODS).optional(),
  /** The directory of the method `"ldap"`. Only the keys that are set are managed. Portainer: `LDAPSettings`. */
  ldap: LdapSchema.optional(),
  /** The identity provider of the method `"oauth"`. Only the keys that are set are managed. Portainer: `OAuthSettings`. */
  oauth: OauthSchema.optional(),
  /** How many bytes a new password has at least. Portainer: `InternalAuthSettings.RequiredPasswordLength`. */
  requiredPasswordLength: z.int().min(1).optional(),
  /** How long a login lasts: `"8h"`, or seconds as a number. Logins from before keep their time. Portainer: `UserSessionTimeout`. */
  sessionTimeout: DurationSchema.optional(),
  /** How long a kubeconfig is valid: `"720h"`, or seconds as a number; 0 for ever. Portainer: `KubeconfigExpiry`. */
  kubeconfigExpiry: DurationSchema.optional(),
  /** How often Portainer takes snapshots of environments: `"5m"`, or seconds as a number. Portainer: `SnapshotInterval`. */
  snapshotInterval: DurationSchema.optional(),
  /** A logo in place of Portainer's; `""` for Portainer's. Portainer: `LogoURL`. */
  logoUrl: z.string().optional(),
  /** Where the application templates are; `""` for Portainer's. Portainer: `TemplatesURL`. */
  templatesUrl: z.string().optional(),
  /** The Helm repository that all users see, regardless of case; `""` for none. Portainer: `HelmRepositoryURL`. */
  helmRepositoryUrl: z.string().optional(),
  /** The image of the shell for Kubernetes. Portainer: `KubectlShellImage`. */
  kubectlShellImage: z.string().optional(),
  /** Containers with one of these labels are hidden; in any order, `[]` for none. Portainer: `BlackListedLabels`. */
  hiddenLabels: z
    .array(
      z.strictObject({
        /** The label's name. */
        name: z.string().min(1, "the name is empty"),
        /** The label's value. @default "" */
        value: z.string().default(""),
      }),
    )
    .optional(),
  /** Whether the pages about stacks are hidden from users who are no administrators. Portainer: `GlobalDeploymentOptions.hideStacksFunctionality`. */
  hideStacks: z.boolean().optional(),
  /** Whether the Edge compute features are on. Portainer: `EnableEdgeComputeFeatures`. */
  edgeCompute: z.boolean().optional(),
  /** Where edge agents find this server; `""` for none. Portainer: `EdgePortainerURL`. */
  edgeUrl: z.string().optional(),
  /** How often edge agents ask for work: `"5s"`, or whole seconds as a number. Portainer: `EdgeAgentCheckinInterval`. */
  edgeCheckinInterval: DurationSchema.refine(
    (value) => Number.isInteger((milliseconds(value) ?? 0) / 1_000),
    "must be whole seconds",
  ).optional(),
  /** Whether an edge agent must bring the id that Portainer knows. Portainer: `EnforceEdgeID`. */
  enforceEdgeId: z.boolean().optional(),
  /** Whether edge agents that connect for the first time are trusted. Portainer: `TrustOnFirstConnect`. */
  trustOnFirstConnect: z.boolean().optional(),
  /** Whether Portainer sends usage data; newer releases have no such setting. Portainer: `EnableTelemetry`. */
  telemetry: z.boolean().optional(),
});
export type SettingsArgs = z.input<typeof SettingsSchema>;
type SettingsInputs = z.output<typeof SettingsSchema>;

export interface SettingsOutputs extends SettingOutputs {}

export const normalizeUrl = (url: string): string => url.toLowerCase().replace(/\/$/, "");
export const normalizeLabels = (labels: readonly { name: string; value?: string | undefined }[]) =>
  [...new Set(labels.map(({ name, value = "" }) => JSON.stringify([name, value])))].sort();

/** In the form of the server: a Go duration. */
const duration = (value: string | number | undefined): string | undefined =>
  value === undefined || !/^\s*[\d.]+\s*$/.test(String(value))
    ? value?.toString().trim()
    : `${Number(value)}s`;

/** The settings of a Portainer installation. */
export const settings = portainerSetting<typeof SettingsSchema, Settings>({
  type: "Settings",
  what: "the settings",
  id: "settings",
  schema: SettingsSchema,
  secrets: ["ldap.password", "oauth.clientSecret"],
  properties: {
    sessionTimeout: { normalize: milliseconds },
    kubeconfigExpiry: { normalize: milliseconds },
    snapshotInterval: { normalize: milliseconds },
    edgeCheckinInterval: { normalize: milliseconds },
    helmRepositoryUrl: { normalize: normalizeUrl },
    hiddenLabels: { normalize: normalizeLabels },
    ldap: { normalize: normalizeLdap },
    oauth: { normalize: normalizeOauth },
  },
  misnomers: {
    logo_url: "logoUrl",
    logoURL: "logoUrl",
    templatesURL: "templatesUrl",
    authentication_method: "authenticationMethod",
    userSessionTimeout: "sessionTimeout",
    user_session_timeout: "sessionTimeout",
    blackListedLabels: "hiddenLabels",
    black_listed_labels: "hiddenLabels",
    helmRepositoryURL: "helmRepositoryUrl",
    enableTelemetry: "telemetry",
    enable_telemetry: "telemetry",
    enableEdgeComputeFeatures: "edgeCompute",
    enable_edge_compute_features: "edgeCompute",
    edgePortainerUrl: "edgeUrl",
    edge_portainer_url: "edgeUrl",
    edgeAgentCheckinInterval: "edgeCheckinInterval",
    ldapSettings: "ldap",
    ldap_settings: "ldap",
    oauthSettings: "oauth",
    oauth_settings: "oauth",
    internalAuthSettings: "requiredPasswordLength",
    internal_auth_settings: "requiredPasswordLength",
  },

  inputs: settingsInputs,
  read: (client) => client.settings.get(),
  update: async (context, changes, before) => {
    const { authenticationMethod: method, ldap, oauth, requiredPasswordLength, hideStacks } = changes;
    const { edgeCheckinInterval: checkin } = changes;
    const ldapBody = ldap && { ...before.LDAPSettings, ...ldapFields(ldap, before.LDAPSettings) };
    const oauthBody = oauth && { ...before.OAuthSettings, ...oauthFields(oauth) };
    keepAWayIn(
      context,
      changes,
      { ldap: ldapBody ?? before.LDAPSettings, oauth: oauthBody ?? before.OAuthSettings },
      before,
    );
    return await context.connection.client.settings.update({
      body: {
        AuthenticationMethod: method && AuthenticationMethod[method],
        LDAPSettings: ldapBody,
        OAuthSettings: oauthBody,
        InternalAuthSettings:
          requiredPasswordLength === undefined
            ? undefined
            : { RequiredPasswordLength: requiredPasswordLength },
        UserSessionTimeout: duration(changes.sessionTimeout),
        KubeconfigExpiry: duration(changes.kubeconfigExpiry),
        SnapshotInterval: duration(changes.snapshotInterval),
        LogoURL: changes.logoUrl,
        TemplatesURL: changes.templatesUrl,
        HelmRepositoryURL: changes.helmRepositoryUrl,
        KubectlShellImage: changes.kubectlShellImage,
        BlackListedLabels: changes.hiddenLabels,
        GlobalDeploymentOptions:
          hideStacks === undefined ? undefined : { hideStacksFunctionality: hideStacks },
        EnableEdgeComputeFeatures: changes.edgeCompute,
        EdgePortainerURL: changes.edgeUrl,
        EdgeAgentCheckinInterval: checkin === undefined ? undefined : (milliseconds(checkin) ?? 0) / 1_000,
        EnforceEdgeID: changes.enforceEdgeId,
        TrustOnFirstConnect: changes.trustOnFirstConnect,
        EnableTelemetry: changes.telemetry,
      },
    });
  },
});

/** The inputs that these settings are, without the secrets. */
export function settingsInputs(actual: Settings): Partial<SettingsInputs> {
  return {
    authenticationMethod: METHODS[actual.AuthenticationMethod - 1],
    ldap: ldapInputs(actual.LDAPSettings),
    oauth: oauthInputs(actual.OAuthSettings),
    requiredPasswordLength: actual.InternalAuthSettings.RequiredPasswordLength,
    sessionTimeout: actual.UserSessionTimeout,
    kubeconfigExpiry: actual.KubeconfigExpiry,
    // A new installation has none, which means five minutes. Portainer does not take the empty text back.
    snapshotInterval: actual.SnapshotInterval || "5m",
    logoUrl: actual.LogoURL,
    templatesUrl: actual.TemplatesURL,
    helmRepositoryUrl: actual.HelmRepositoryURL,
    kubectlShellImage: actual.KubectlShellImage,
    hiddenLabels: actual.BlackListedLabels,
    hideStacks: actual.GlobalDeploymentOptions?.hideStacksFunctionality,
    edgeCompute: actual.EnableEdgeComputeFeatures,
    edgeUrl: actual.EdgePortainerUrl,
    edgeCheckinInterval: actual.EdgeAgentCheckinInterval,
    enforceEdgeId: actual.EnforceEdgeID,
    trustOnFirstConnect: actual.TrustOnFirstConnect,
    telemetry: actual.EnableTelemetry,
  };
}

/**
 * Refuses a method whose service has no address: nobody but the first administrator could log in any more. Says what a
 * switch means for those who log in with a password of Portainer's.
 */
function keepAWayIn(
  { warn }: Context,
  { authenticationMethod: method }: Partial<SettingsInputs>,
  { ldap, oauth }: { ldap: Partial<LdapWire>; oauth: Partial<OauthWire> },
  before: Settings,
): void {
  const needed = {
    internal: {},
    ldap: { "ldap.url": ldap.URL },
    oauth: {
      "oauth.clientId": oauth.ClientID,
      "oauth.authorizationUrl": oauth.AuthorizationURI,
      "oauth.accessTokenUrl": oauth.AccessTokenURI,
      "oauth.resourceUrl": oauth.ResourceURI,
      "oauth.userIdentifier": oauth.UserIdentifier,
    },
  }[method ?? METHODS[before.AuthenticationMethod - 1] ?? "internal"];
  const missing = Object.entries(needed).flatMap(([name, value]) => (value ? [] : [name]));
  if (missing.length > 0) {
    throw new ProviderError(
      `nobody but the first administrator could log in with these settings: ${missing.join(", ")} would be empty. Nothing was changed. Set what is missing, or \`authenticationMethod: "internal"\`.`,
    );
  }
  if (method === undefined || method === "internal") return;
  warn(
    `from now on passwords are checked by ${method === "ldap" ? "the LDAP directory" : "the OAuth service"}: of Portainer's own passwords only the first administrator's still works, and API keys go on`,
  );
}
