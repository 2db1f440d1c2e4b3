/**
 * The Portainer API, said once: what can be asked, by whom, and what is answered.
 *
 * @module
 */
import { apiKeys } from "./api-key";
import { auth } from "./auth";
import { endpoints } from "./endpoint";
import { endpointGroups } from "./endpoint-group";
import { resourceControls } from "./resource-control";
import { settings } from "./settings";
import { status } from "./status";
import { tags } from "./tag";
import { teams } from "./team";
import { teamMemberships } from "./team-membership";
import { tlsFiles } from "./tls-file";
import { users } from "./user";

/** Portainer's own operations, by entity. */
export const contract = {
  status,
  settings,
  auth,
  users,
  apiKeys,
  teams,
  teamMemberships,
  tags,
  endpointGroups,
  endpoints,
  tlsFiles,
  resourceControls,
};
export type Contract = typeof contract;

export { ApiKey } from "./api-key";
export { API_KEY_HEADER, SESSION_COOKIE, SETUP_TOKEN_HEADER } from "./auth";
export { AccessPolicies, ErrorBody, FormFile } from "./common";
export { ContainerInspect } from "./docker/container";
export { PullLine } from "./docker/image";
export { type DockerContract, dockerContract } from "./docker/index";
export { CreationType, Endpoint, EndpointStatus, EndpointType, SecuritySettings } from "./endpoint";
export { EndpointGroup, UNASSIGNED_GROUP } from "./endpoint-group";
export { ResourceControl, ResourceType } from "./resource-control";
export {
  type Access,
  type Method,
  type Pace,
  type PathParameter,
  type Route,
  type Routes,
  route,
  successStatus,
  type Verified,
} from "./route";
export { PublicSettings, Settings } from "./settings";
export { Status } from "./status";
export { Tag } from "./tag";
export { Team } from "./team";
export { TeamMembership, TeamRole } from "./team-membership";
export { TLS_FILES, type TlsFile } from "./tls-file";
export { Role, User } from "./user";
