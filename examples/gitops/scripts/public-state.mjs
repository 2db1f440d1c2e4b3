// Reads an exported state and writes it with a placeholder for each secret. A preview gives the program the same
// placeholder, so that a secret shows no difference.
import { text } from "node:stream/consumers";

const PLACEHOLDER = "[secret]";

/** How Pulumi marks a secret in a state. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Belongs to the passphrase `preview`, with which a preview encrypts the placeholders: Pulumi keeps no secret in clear. */
const SALT = "v1:K3zPOhX/1tM=:v1:U3TLc8LsBsNW1FjL:bWiIj2I8P0rfiXKyTSvErE4Pw7giuw==";

function publicForm(value) {
  if (Array.isArray(value)) return value.map(publicForm);
  if (typeof value !== "object" || value === null) return value;
  if (value[SIGNATURE] === SECRET) return { [SIGNATURE]: SECRET, plaintext: JSON.stringify(PLACEHOLDER) };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, publicForm(item)]));
}

const state = JSON.parse(await text(process.stdin));
state.deployment.secrets_providers = { type: "passphrase", state: { salt: SALT } };
process.stdout.write(`${JSON.stringify(publicForm(state), undefined, 2)}\n`);
