import { encodeRegistryAuth, REGISTRY_AUTH_HEADER } from "../../../contract";
import { AccessDenied, refusal } from "../failure";
import { volume } from "./kind";
import { enforce } from "./policy";
import type { RequestStep } from "./rule";

const ANONYMOUS = { username: "", password: "", serveraddress: "docker.io" };
const UNKNOWN = { username: "", password: "", serveraddress: "" };

/** A client names one of the server's registries by id; the engine gets that registry's credentials instead. */
export const registryAuth: RequestStep = async ({ host, caller, environment }, outgoing) => {
  const sent = decode(outgoing.header(REGISTRY_AUTH_HEADER));
  if (sent === undefined) return;
  if (Object.keys(sent).length === 0) outgoing.setHeader(REGISTRY_AUTH_HEADER, undefined);
  const { registryId } = sent;
  if (typeof registryId !== "number") return;
  const credentials =
    registryId === 0 ? ANONYMOUS : ((await host.registryAuth(caller, environment.id, registryId)) ?? UNKNOWN);
  outgoing.setHeader(REGISTRY_AUTH_HEADER, encodeRegistryAuth(credentials));
};

/** Nothing for anything but an object: the engine judges that. */
function decode(header: string | undefined): { registryId?: unknown } | undefined {
  if (header === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(header, "base64").toString());
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An agent shows the files of a volume, and without a volume those of its machine. */
export const volumeBrowser: RequestStep = async (call) => {
  if (call.caller.isAdmin) return;
  const id = new URLSearchParams(call.target.path.split("?")[1]).get("volumeID");
  if (!id || !call.environment.security.allowVolumeBrowserForRegularUsers) throw new AccessDenied();
  // An id that is no volume could be a path.
  const { status } = await call.engine.ask("GET", volume.path(encodeURIComponent(id)));
  if (status !== 200) throw new AccessDenied();
  await enforce(volume, { ...call, id });
};

/** A client with this header wants an error if the volume exists; the engine answers with success. */
const VOLUME_NAME_HEADER = "x-portainer-volumename";

export const volumeNameIsFree: RequestStep = async ({ engine, request }) => {
  const name = request.headers[VOLUME_NAME_HEADER];
  if (typeof name !== "string") return;
  const { status } = await engine.ask("GET", `/volumes/${encodeURIComponent(name)}`);
  if (status === 200) throw refusal(engine.address, 409, "a volume with the same name already exists");
};
