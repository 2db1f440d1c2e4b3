import { AccessDenied } from "../failure";
import { volume } from "./kind";
import { enforce } from "./policy";
import type { RequestStep } from "./rule";

/** An agent shows the files of a volume; without one they are those of its machine. */
export const volumeBrowser: RequestStep = async (call) => {
  if (call.caller.isAdmin) return;
  const id = new URLSearchParams(call.target.path.split("?")[1]).get("volumeID");
  if (!id || !call.environment.security.allowVolumeBrowserForRegularUsers) throw new AccessDenied();
  // What is no volume could be a path.
  const { status } = await call.engine.ask("GET", volume.path(encodeURIComponent(id)));
  if (status !== 200) throw new AccessDenied();
  await enforce(volume, { ...call, id });
};
