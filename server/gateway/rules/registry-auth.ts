import { encodeRegistryAuth, REGISTRY_AUTH_HEADER } from "../../../contract";
import type { RequestStep } from "./rule";

const ANONYMOUS = { username: "", password: "", serveraddress: "docker.io" };
const UNKNOWN = { username: "", password: "", serveraddress: "" };

/** A client names one of the server's registries by id; the engine gets that registry's credentials instead. */
export const registryAuth: RequestStep = async ({ host, caller, environment }, draft) => {
  const sent = decode(draft.header(REGISTRY_AUTH_HEADER));
  if (sent === undefined) return;
  if (Object.keys(sent).length === 0) draft.setHeader(REGISTRY_AUTH_HEADER, undefined);
  const { registryId } = sent;
  if (typeof registryId !== "number") return;
  const credentials =
    registryId === 0 ? ANONYMOUS : ((await host.registryAuth(caller, environment.id, registryId)) ?? UNKNOWN);
  draft.setHeader(REGISTRY_AUTH_HEADER, encodeRegistryAuth(credentials));
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
