import type { RequestStep } from "./rule";

const HEADER = "X-Registry-Auth";
const ANONYMOUS = { username: "", password: "", serveraddress: "docker.io" };
const UNKNOWN = { username: "", password: "", serveraddress: "" };

/** A client names one of the server's registries by id; the engine gets that registry's credentials instead. */
export const registryAuth: RequestStep = async ({ host, caller, environment }, draft) => {
  const sent = decode(draft.header(HEADER));
  if (sent === undefined) return;
  if (Object.keys(sent).length === 0) draft.setHeader(HEADER, undefined);
  const { registryId } = sent;
  if (typeof registryId !== "number") return;
  const credentials =
    registryId === 0 ? ANONYMOUS : ((await host.registryAuth(caller, environment.id, registryId)) ?? UNKNOWN);
  draft.setHeader(HEADER, encode(credentials));
};

/** Anything but an object is left for the engine to judge. */
function decode(header: string | undefined): { registryId?: unknown } | undefined {
  if (header === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(header, "base64").toString());
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Engines read the URL-safe alphabet, with padding: Go's `base64.URLEncoding`. */
function encode(credentials: object): string {
  const text = Buffer.from(JSON.stringify(credentials)).toString("base64");
  return text.replaceAll("+", "-").replaceAll("/", "_");
}
