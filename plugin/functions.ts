import type { SettingTexts } from "../provider/core/connection-settings";
import { ProviderError } from "../provider/core/errors";
import type { Properties } from "../provider/core/properties";
import { getRemoteImage } from "../provider/docker/remote-image";
import * as provided from "../provider/functions";

const { runFunction: _inPrograms, runFunctionOn, ...exported } = provided;

/** The functions by name; the schemas of their arguments are exported beside them. */
const functions: ReadonlyMap<string, object> = new Map(
  Object.entries({ ...exported, getRemoteImage }).filter(([name]) => name.startsWith("get")),
);

/** Runs the function of a token, `portainer:index:getTag`. */
export async function callFunction(
  token: string,
  args: Properties,
  settings: SettingTexts,
): Promise<Properties> {
  const name = token.split(":").at(-1) ?? "";
  const definition = functions.get(name);
  if (!definition)
    throw new ProviderError(`there is no function ${token} in this version of pulumi-portainer`);
  return (await runFunctionOn(settings, name, definition as never, args)) as Properties;
}
