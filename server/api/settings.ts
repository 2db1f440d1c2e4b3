import type { z } from "zod";
import { AuthenticationMethod, type contract, DEFAULT_SETTINGS } from "../../contract";
import { parseDuration } from "../../contract/duration";
import { HttpError } from "../http-error";
import type { Handlers } from "../route/call";
import { defined, INVALID_PAYLOAD } from "../route/decode";
import type { Services } from "../services";
import type { SettingsRecord } from "../store/settings-record";
import { edgeHost } from "./endpoint/create";

type Change = z.output<typeof contract.settings.update.body>;

export function settingsHandlers({ store }: Services): Handlers<typeof contract.settings> {
  const current = () => store.settings.get(1) ?? DEFAULT_SETTINGS;
  return {
    get: () => shown(current()),

    update: ({ body }) => {
      requireDurations(body);
      if (body.EdgePortainerURL) requireEdgeHost(body.EdgePortainerURL);
      return store.change(() => {
        requireSnapshotInterval(body, current());
        return shown(store.settings.put(1, applied(current(), body)));
      });
    },

    getPublic: () => {
      const settings = current();
      return {
        LogoURL: settings.LogoURL,
        AuthenticationMethod: settings.AuthenticationMethod,
        RequiredPasswordLength: settings.InternalAuthSettings.RequiredPasswordLength,
        GlobalDeploymentOptions: settings.GlobalDeploymentOptions,
        EnableEdgeComputeFeatures: settings.EnableEdgeComputeFeatures,
        Features: { hsts: false, csp: false },
        ...oauthAddresses(settings),
        EnableTelemetry: settings.EnableTelemetry,
        KubeconfigExpiry: settings.KubeconfigExpiry,
        TeamSync: syncsTeams(settings),
        IsAMTEnabled: false,
        Edge: { ...NO_EDGE, CheckinInterval: settings.EdgeAgentCheckinInterval },
        IsDockerDesktopExtension: false,
      };
    },
  };
}

const NO_EDGE = { PingInterval: 0, SnapshotInterval: 0, CommandInterval: 0 };

const NO_AMT = {
  enabled: false,
  mpsServer: "",
  mpsUser: "",
  mpsPassword: "",
  mpsToken: "",
  certFileName: "",
  certFileContent: "",
  certFilePassword: "",
  domainName: "",
};

/** The settings as answered, without the secrets of LDAP and OAuth. */
function shown(settings: SettingsRecord) {
  const { Password, ...LDAPSettings } = settings.LDAPSettings;
  const { ClientSecret, ...OAuthSettings } = settings.OAuthSettings;
  return {
    ...settings,
    LDAPSettings,
    OAuthSettings: { ...OAuthSettings, KubeSecretKey: null },
    openAMTConfiguration: NO_AMT,
    FeatureFlagSettings: null,
    Edge: NO_EDGE,
  };
}

/** The login and logout URLs of an OAuth service. */
function oauthAddresses({ AuthenticationMethod: method, OAuthSettings: oauth }: SettingsRecord) {
  if (method !== AuthenticationMethod.oauth) return { OAuthLoginURI: "", OAuthLogoutURI: "" };
  const query = `response_type=code&client_id=${oauth.ClientID}&redirect_uri=${oauth.RedirectURI}&scope=${oauth.Scopes}`;
  return {
    OAuthLoginURI: `${oauth.AuthorizationURI}?${query}${oauth.SSO ? "" : "&prompt=login"}`,
    OAuthLogoutURI: oauth.LogoutURI,
  };
}

function syncsTeams({ AuthenticationMethod: method, LDAPSettings: ldap }: SettingsRecord): boolean {
  return method === AuthenticationMethod.ldap && Boolean(ldap.GroupSearchSettings?.[0]?.GroupBaseDN);
}

function requireEdgeHost(url: string): void {
  try {
    edgeHost(url);
  } catch (cause) {
    throw new HttpError(400, INVALID_PAYLOAD, (cause as HttpError).details, { cause });
  }
}

function requireDurations({ UserSessionTimeout, KubeconfigExpiry }: Change): void {
  if (UserSessionTimeout !== undefined && parseDuration(UserSessionTimeout) === undefined)
    throw new HttpError(400, INVALID_PAYLOAD, "Invalid user session timeout");
  if (KubeconfigExpiry !== undefined && parseDuration(KubeconfigExpiry) === undefined)
    throw new HttpError(400, INVALID_PAYLOAD, "Invalid Kubeconfig Expiry");
}

function requireSnapshotInterval({ SnapshotInterval }: Change, before: SettingsRecord): void {
  if (SnapshotInterval === undefined || SnapshotInterval === before.SnapshotInterval) return;
  if (parseDuration(SnapshotInterval) === undefined)
    throw new HttpError(
      500,
      "Unable to update snapshot interval",
      `time: invalid duration ${JSON.stringify(SnapshotInterval)}`,
    );
}

function applied(settings: SettingsRecord, change: Change): SettingsRecord {
  const {
    EdgePortainerURL,
    LDAPSettings: ldap,
    OAuthSettings: oauth,
    HelmRepositoryURL: helm,
    ...plain
  } = change;
  const { LDAPSettings, OAuthSettings } = settings;
  return {
    ...settings,
    ...(defined(plain) as Partial<SettingsRecord>),
    EdgePortainerUrl: EdgePortainerURL ?? settings.EdgePortainerUrl,
    HelmRepositoryURL: helm?.toLowerCase().replace(/\/$/, "") ?? settings.HelmRepositoryURL,
    LDAPSettings: ldap
      ? {
          ...ldap,
          ReaderDN: ldap.ReaderDN || LDAPSettings.ReaderDN,
          Password: ldap.Password || LDAPSettings.Password,
        }
      : LDAPSettings,
    OAuthSettings: oauth
      ? { ...oauth, ClientSecret: oauth.ClientSecret || OAuthSettings.ClientSecret }
      : OAuthSettings,
  };
}
