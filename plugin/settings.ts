import {
  configName,
  credentialsOf,
  environmentName,
  flag,
  gatherSettings,
  headersOf,
  positiveInteger,
  SETTING_KEYS,
  type SettingKey,
  type SettingTexts,
} from "../provider/core/connection-settings";
import { messageOf } from "../provider/core/errors";
import { isHidden, isUnknown, type Properties } from "../provider/core/properties";
import { type Failure, nearest } from "../provider/core/validate";

/** What Pulumi itself adds to the settings of a provider. */
const PULUMIS_OWN: readonly string[] = [
  "version",
  "pluginDownloadURL",
  "pluginChecksums",
  "parameterization",
];

/** The settings as texts. Every language's SDK writes lists and maps as JSON; YAML hands over numbers and booleans. */
function textsOf(args: Properties): SettingTexts {
  return Object.fromEntries(
    SETTING_KEYS.flatMap((key) => {
      const value = args[key];
      if (value === undefined || value === null || isUnknown(value)) return [];
      return [[key, typeof value === "string" ? value : JSON.stringify(value)]];
    }),
  );
}

/**
 * The settings of the process.
 *
 * @param name the provider's name in the program; that of Pulumi's own provider, which has its settings from stack
 * config, is `default` with the version behind it.
 */
export function settingsOf(args: Properties, name: string): SettingTexts {
  const texts = textsOf(args);
  return gatherSettings({
    explicit: !/^default(_|$)/.test(name),
    config: (key) => texts[key],
    environment: (key) => process.env[environmentName(key)],
  });
}

/** What is wrong with the settings, as far as they are known. */
export function settingFailures(args: Properties): Failure[] {
  const texts = textsOf(args);
  const unknown = Object.keys(args)
    .filter((key) => !isHidden(key) && !PULUMIS_OWN.includes(key))
    .filter((key) => !(SETTING_KEYS as readonly string[]).includes(key))
    .map((key) => ({ property: key, reason: unknownSetting(key) }));
  return [
    ...unknown,
    ...checked("endpointId", () => positiveInteger("endpointId", texts.endpointId)),
    ...checked("requestTimeout", () => positiveInteger("requestTimeout", texts.requestTimeout)),
    ...checked("concurrency", () => positiveInteger("concurrency", texts.concurrency)),
    ...checked("skipVerify", () => flag("skipVerify", texts.skipVerify)),
    ...checked("skipUnreachable", () => flag("skipUnreachable", texts.skipUnreachable)),
    ...checked("deleteUnreachable", () => flag("deleteUnreachable", texts.deleteUnreachable)),
    ...checked("headers", () => headersOf(texts.headers)),
    ...(isUnknown(args["username"]) || isUnknown(args["password"])
      ? []
      : checked("apiKey", () => credentialsOf(texts))),
  ];
}

function unknownSetting(key: string): string {
  const meant = nearest(key, SETTING_KEYS);
  const remedy = meant ? `did you mean \`${meant}\`?` : `the settings are ${SETTING_KEYS.join(", ")}`;
  return `unknown setting \`${key}\` (stack config ${configName(key as SettingKey)}); ${remedy}`;
}

function checked(property: SettingKey, read: () => unknown): Failure[] {
  try {
    read();
    return [];
  } catch (error) {
    return [{ property, reason: messageOf(error) }];
  }
}
