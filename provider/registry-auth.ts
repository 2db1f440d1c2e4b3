/** The header that tells engine or Portainer how to ask a registry; Go's URL-safe alphabet, with padding. */
export function registryAuth(auth: object | undefined): Record<string, string> {
  if (auth === undefined) return {};
  const text = Buffer.from(JSON.stringify(auth)).toString("base64");
  return { "x-registry-auth": text.replaceAll("+", "-").replaceAll("/", "_") };
}
