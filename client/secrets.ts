/** Shorter ones would blot out ordinary words. */
const SHORTEST = 6;

const SECRET_NAME = /password|secret|token|key/i;

/** What looks secret wherever it comes from: PEM, JWT, API keys of Portainer. */
const SECRET_SHAPES = [
  /-----BEGIN [^-]+-----[\s\S]*?(-----END [^-]+-----|$)/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /\bptr_[\w+/=]{8,}/g,
];

/** The same text with every secret replaced by `[secret]`. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of [...secrets].sort(longestFirst)) {
    if (secret.length >= SHORTEST) clean = clean.replaceAll(secret, "[secret]");
  }
  for (const shape of SECRET_SHAPES) clean = clean.replace(shape, "[secret]");
  return clean;
}

/** The texts in a request body that are secret by their name, at any depth. */
export function secretsIn(value: unknown, name = ""): string[] {
  if (typeof value === "string") return SECRET_NAME.test(name) ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => secretsIn(item, Array.isArray(value) ? name : key));
}

function longestFirst(a: string, b: string): number {
  return b.length - a.length;
}
