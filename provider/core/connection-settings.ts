import { ProviderError } from "./errors";

/** The settings of a connection, by their names in stack config (`portainer:url`) and in a `Provider`. */
export const SETTING_KEYS = [
  "url",
  "apiKey",
  "username",
  "password",
  "endpointId",
  "caCert",
  "clientCert",
  "clientKey",
  "skipVerify",
  "headers",
  "setupToken",
  "requestTimeout",
  "concurrency",
  "skipUnreachable",
  "deleteUnreachable",
] as const;
export type SettingKey = (typeof SETTING_KEYS)[number];

/** The settings whose values are secret. */
export const SECRET_SETTINGS: readonly SettingKey[] = [
  "apiKey",
  "password",
  "clientKey",
  "headers",
  "setupToken",
];

const CREDENTIAL_KEYS = ["apiKey", "username", "password"] as const satisfies readonly SettingKey[];

/** Set by the `Provider` class, to distinguish its settings from stack config. */
export const EXPLICIT_KEY = "portainer:explicit";

type Lookup = (key: SettingKey) => string | undefined;

/** The sources of settings, in order: a `Provider` or stack config, then environment variables. */
export interface SettingSources {
  readonly explicit: boolean;
  readonly config: Lookup;
  readonly environment: Lookup;
}

/** The settings as texts, each from the source that applies. */
export type SettingTexts = Partial<Record<SettingKey, string>>;

/** The environment variable of a setting: `PORTAINER_ENDPOINT_ID` for `endpointId`. */
export const environmentName = (key: SettingKey): string =>
  `PORTAINER_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

export const configName = (key: SettingKey): string => `portainer:${key}`;

/**
 * Merges the sources. All credentials come from one source. A `Provider` that sets a url takes nothing from environment
 * variables, because those may belong to another server.
 */
export function gatherSettings({ explicit, config, environment }: SettingSources): SettingTexts {
  const closed = explicit && config("url") !== undefined;
  const ownsCredentials = CREDENTIAL_KEYS.some((key) => config(key) !== undefined);
  const texts = SETTING_KEYS.map((key) => {
    const isCredential = (CREDENTIAL_KEYS as readonly string[]).includes(key);
    const closedToEnvironment = closed || (isCredential && ownsCredentials);
    return [key, config(key) ?? (closedToEnvironment ? undefined : environment(key))] as const;
  });
  return Object.fromEntries(texts.filter(([, text]) => text !== undefined && text !== ""));
}

/** What a client authenticates with. */
export type Credentials =
  | { readonly apiKey: string }
  | { readonly username: string; readonly password: string };

/** The credentials in the settings, if any. */
export function credentialsOf(settings: SettingTexts): Credentials | undefined {
  const { apiKey, username, password } = settings;
  if (apiKey !== undefined && (username !== undefined || password !== undefined)) {
    throw new ProviderError(
      `the provider has both an API key and a username or password: keep one of ${places("apiKey")} and ${places("username")}`,
    );
  }
  if (apiKey !== undefined) return { apiKey };
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    const missing = username === undefined ? "username" : "password";
    throw new ProviderError(`the provider has no ${missing}: set ${places(missing)}`);
  }
  return { username, password };
}

/** The places where a setting can be set, for messages. */
export function places(key: SettingKey): string {
  return `\`${key}\` of the Provider, stack config ${configName(key)} or ${environmentName(key)}`;
}

/** Parses a whole number above zero. Throws for any other text. */
export function positiveInteger(key: SettingKey, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new ProviderError(`${key} is "${text}", not a whole number above 0: set ${places(key)}`);
}

/** Parses `true` or `false`. Throws for any other text. @default false */
export function flag(key: SettingKey, text: string | undefined): boolean {
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw new ProviderError(`${key} is "${text}", not true or false: set ${places(key)}`);
}

/** Parses the extra HTTP headers, a JSON object. */
export function headersOf(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  const wrong = () =>
    new ProviderError(
      `headers is not a JSON object of texts, such as {"X-Team":"ops"}: set ${places("headers")}`,
    );
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw wrong();
    return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
  } catch {
    throw wrong();
  }
}
