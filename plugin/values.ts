import type { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import {
  isMarkedSecret,
  markSecrets,
  type Properties,
  plainRecord,
  UNKNOWN,
} from "../provider/core/properties";
import * as pulumi from "./pulumi";

/** What Pulumi sends for an unknown value of a type other than text: boolean, number, list, asset, archive, object. */
const UNKNOWNS: ReadonlySet<unknown> = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** The values that Pulumi sends: secrets in clear, everything unknown as `UNKNOWN`. */
export function received(struct: Struct | undefined): Properties {
  return (struct ? plain(struct.toJavaScript()) : {}) as Properties;
}

function plain(value: unknown): unknown {
  if (UNKNOWNS.has(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (isMarkedSecret(value)) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** The values as Pulumi sends them, with the secrets marked that the program has marked. */
export const asSent = (struct: Struct | undefined): Properties =>
  (struct?.toJavaScript() ?? {}) as Properties;

/** The same, with these marked as well. */
export function withSecrets(properties: Properties, secrets: readonly string[]): Properties {
  const isMarked = (value: unknown) => typeof value === "object" && value !== null && isMarkedSecret(value);
  const unmarked = secrets.filter((key) => !isMarked(properties[key]));
  return markSecrets(properties, unmarked);
}

/** The values for Pulumi. Secrets are marked already. */
export function sent(properties: Properties): Struct {
  return pulumi.Struct.fromJavaScript(plainRecord(properties) as Record<string, JavaScriptValue>);
}
