import { environmentName, gatherSettings, type SettingTexts } from "../provider/core/connection-settings";

/** The settings of a command: from the environment variables `PORTAINER_…`, the url also from `--url`. */
export const commandSettings = (url: string | undefined): SettingTexts =>
  gatherSettings({
    explicit: false,
    config: (key) => (key === "url" ? url : undefined),
    environment: (key) => process.env[environmentName(key)],
  });
