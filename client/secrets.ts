/** Shorter texts occur in ordinary words. */
const SHORTEST = 6;

const SECRET_NAME = /password|secret|token|key/i;
/** An environment variable of a container, `DB_PASSWORD=…`. */
const ASSIGNMENT = /^(\w+)=(.*)$/s;

/** Secrets that are known by their form: PEM, JWT, API keys of Portainer. */
const SECRET_SHAPES = [
  /-----BEGIN [^-]+-----[\s\S]*?(-----END [^-]+-----|$)/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /\bptr_[\w+/=]{8,}/g,
];

/** Replaces every secret in a text by `[secret]`. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets.flatMap(spellings).sort(longestFirst)) {
    if (secret.length >= SHORTEST) clean = clean.replaceAll(secret, "[secret]");
  }
  for (const shape of SECRET_SHAPES) clean = clean.replace(shape, "[secret]");
  return clean;
}

/** The texts in a request body whose name says that they are secret, at any depth. */
export function secretsIn(value: unknown, name = ""): string[] {
  if (typeof value === "string") return secretsInText(value, name);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => secretsIn(item, Array.isArray(value) ? name : key));
}

function secretsInText(text: string, name: string): string[] {
  if (SECRET_NAME.test(name)) return [text];
  const [, variable = "", value = ""] = ASSIGNMENT.exec(text) ?? [];
  return SECRET_NAME.test(variable) ? [value] : [];
}

/** The secret itself, and its forms in JSON and in a URL. */
function spellings(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
}

function longestFirst(a: string, b: string): number {
  return b.length - a.length;
}
