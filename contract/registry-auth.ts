/** The header that tells an engine, or Portainer, the credentials for a registry. */
export const REGISTRY_AUTH_HEADER = "x-registry-auth";

/** Credentials as the header carries them: JSON in Go's URL-safe base64, which needs its padding. */
export function encodeRegistryAuth(credentials: object): string {
  const text = Buffer.from(JSON.stringify(credentials)).toString("base64");
  return text.replaceAll("+", "-").replaceAll("/", "_");
}

/** The header with these credentials, or none. */
export function registryAuth(credentials: object | undefined): Record<string, string> {
  return credentials ? { [REGISTRY_AUTH_HEADER]: encodeRegistryAuth(credentials) } : {};
}
