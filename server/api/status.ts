import type { contract } from "../../contract";
import type { Caller } from "../auth/caller";
import type { Handlers } from "../route/call";
import type { Services } from "../services";

/** The Portainer that this server answers like; clients choose their spellings by it. */
export const PORTAINER_VERSION = "2.23.0";

export function statusHandlers({ store }: Services): Handlers<typeof contract.status> {
  const status = () => ({ Version: PORTAINER_VERSION, InstanceID: store.instance.get(1)?.InstanceID ?? "" });
  return { get: status, getSystem: status, version, versionOld: version };
}

function version({ caller }: { caller: Caller }) {
  const Build = {
    BuildNumber: "",
    ImageTag: "",
    NodejsVersion: process.versions.node,
    YarnVersion: "",
    WebpackVersion: "",
    GoVersion: "",
    GitCommit: "",
  };
  return {
    UpdateAvailable: false,
    LatestVersion: "",
    ServerVersion: PORTAINER_VERSION,
    ServerEdition: "CE",
    DatabaseVersion: PORTAINER_VERSION,
    // Portainer shows administrators its environment variables here; they may hold secrets, so we show none.
    Build: caller.isAdmin ? { ...Build, Env: [] } : Build,
  };
}
