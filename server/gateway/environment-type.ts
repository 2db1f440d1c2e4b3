import { EndpointType } from "../../contract";
import { HttpError } from "../http-error";
import type { GatewayEnvironment } from "./host";

const DOCKER: readonly number[] = [EndpointType.docker, EndpointType.agentDocker];
const KUBERNETES: readonly number[] = [EndpointType.localKubernetes, EndpointType.agentKubernetes];
const EDGE: readonly number[] = [EndpointType.edgeAgentDocker, EndpointType.edgeAgentKubernetes];
const AGENT: readonly number[] = [EndpointType.agentDocker, EndpointType.agentKubernetes];

export const isDocker = (type: number): boolean => DOCKER.includes(type);
export const isEdge = (type: number): boolean => EDGE.includes(type);
export const isKubernetes = (type: number): boolean => KUBERNETES.includes(type);
export const isAgent = (type: number): boolean => AGENT.includes(type);

/** Throws unless an environment is of the kind that a path is for. */
export function requireType({ type }: GatewayEnvironment, accepts: (type: number) => boolean): void {
  if (isEdge(type))
    throw new HttpError(500, "No Edge agent registered with the environment", "No agent available");
  if (!accepts(type)) throw new HttpError(400, "Invalid environment type");
}
