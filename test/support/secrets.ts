import type { Properties } from "./grpc";

/** What it says is what a value is; assets have one, too. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Whether a provider has marked a value as secret. */
export function isSecret(value: unknown): value is { readonly value: unknown } {
  return typeof value === "object" && value !== null && SIGNATURE in value && value[SIGNATURE] === SECRET;
}

/** The properties as the engine hands them to a dynamic provider: secrets in clear. */
export function reveal(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, revealed(value)]));
}

/** The properties as anybody may see them: without what is marked secret. */
export function conceal(properties: Properties): Properties {
  return JSON.parse(JSON.stringify(properties, (_key, value) => (isSecret(value) ? "[secret]" : value)));
}

function revealed(value: unknown): unknown {
  if (isSecret(value)) return revealed(value.value);
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value === "object" && value !== null) return reveal(value as Properties);
  return value;
}
