import { type contract, EndpointType } from "../../contract";
import type { Caller } from "../auth/caller";
import type { Handlers } from "../route/call";
import type { Services } from "../services";

/** The Portainer version that this server reports and imitates. */
export const PORTAINER_VERSION = "2.23.0";

export function statusHandlers({ store }: Services): Handlers<typeof contract.status> {
  const agents = (types: readonly number[]) =>
    store.endpoints.filter(({ Type }) => types.includes(Type)).length;
  const status = () => ({ Version: PORTAINER_VERSION, InstanceID: store.instance.get(1)?.InstanceID ?? "" });
  const nodes = () => ({
    nodes: store.endpoints.list().reduce((sum, { Snapshot }) => sum + nodesIn(Snapshot), 0),
  });
  return {
    get: status,
    getSystem: status,
    version,
    versionOld: version,
    info: () => ({ platform: "", edgeAgents: agents(EDGE), agents: agents(AGENTS) }),
    nodes,
    nodesOld: nodes,
  };
}

const EDGE: readonly number[] = [EndpointType.edgeAgentDocker, EndpointType.edgeAgentKubernetes];
const AGENTS: readonly number[] = [EndpointType.agentDocker, EndpointType.agentKubernetes];

/** Only swarms report their number of nodes; a single engine counts as zero. */
const nodesIn = (snapshot: Record<string, unknown> | undefined): number =>
  Number(snapshot?.["NodeCount"] ?? 0);

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
    // Portainer shows its environment variables here. They may contain secrets, so this server shows none.
    Build: caller.isAdmin ? { ...Build, Env: [] } : Build,
  };
}
