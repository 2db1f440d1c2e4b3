import type { z } from "zod";
import type { contract } from "../../contract";
import { defined } from "../defined";
import { parseDuration } from "../duration";
import { HttpError } from "../http-error";
import type { Handlers } from "../route/call";
import { INVALID_PAYLOAD } from "../route/decode-json";
import type { Services } from "../services";
import { DEFAULT_SETTINGS, type SettingsRecord } from "../store/settings-record";

type Change = z.output<typeof contract.settings.update.body>;

export function settingsHandlers({ store }: Services): Handlers<typeof contract.settings> {
  const current = () => store.settings.get(1) ?? DEFAULT_SETTINGS;
  return {
    get: () => shown(current()),

    update: ({ body }) => {
      requireDurations(body);
      return store.change(() => shown(store.settings.put(1, applied(current(), body))));
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
        OAuthLoginURI: "",
        OAuthLogoutURI: "",
        EnableTelemetry: settings.EnableTelemetry,
        KubeconfigExpiry: settings.KubeconfigExpiry,
        TeamSync: false,
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

/** Settings as answered: without the passwords of other services. */
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

function requireDurations({ UserSessionTimeout, KubeconfigExpiry, SnapshotInterval }: Change): void {
  if (UserSessionTimeout !== undefined && parseDuration(UserSessionTimeout) === undefined)
    throw new HttpError(400, INVALID_PAYLOAD, "Invalid user session timeout");
  if (KubeconfigExpiry !== undefined && parseDuration(KubeconfigExpiry) === undefined)
    throw new HttpError(400, INVALID_PAYLOAD, "Invalid Kubeconfig Expiry");
  if (SnapshotInterval && parseDuration(SnapshotInterval) === undefined)
    throw new HttpError(
      500,
      "Unable to update snapshot interval",
      `time: invalid duration ${JSON.stringify(SnapshotInterval)}`,
    );
}

function applied(settings: SettingsRecord, change: Change): SettingsRecord {
  const { EdgePortainerURL, LDAPSettings, OAuthSettings, AuthenticationMethod, ...plain } = change;
  return {
    ...settings,
    ...(defined(plain) as Partial<SettingsRecord>),
    AuthenticationMethod: AuthenticationMethod || settings.AuthenticationMethod,
    EdgePortainerUrl: EdgePortainerURL ?? settings.EdgePortainerUrl,
    LDAPSettings: { ...settings.LDAPSettings, ...LDAPSettings },
    OAuthSettings: { ...settings.OAuthSettings, ...OAuthSettings },
  };
}
