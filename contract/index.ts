/**
 * The Portainer API, said once: what can be asked, by whom, and what is answered.
 *
 * @module
 */
import { apiDocs } from "./api-docs";
import { apiKeys } from "./api-key";
import { appTemplates } from "./app-template";
import { auth } from "./auth";
import { backups } from "./backup";
import { customTemplates } from "./custom-template";
import { dockerHub } from "./docker-hub";
import { edgeGroups } from "./edge-group";
import { endpoints } from "./endpoint";
import { endpointGroups } from "./endpoint-group";
import { engines } from "./engine";
import { motd } from "./motd";
import { registries } from "./registry";
import { resourceControls } from "./resource-control";
import { roles } from "./role";
import { settings } from "./settings";
import { ssl } from "./ssl";
import { stacks } from "./stack";
import { status } from "./status";
import { tags } from "./tag";
import { teams } from "./team";
import { teamMemberships } from "./team-membership";
import { tlsFiles } from "./tls-file";
import { users } from "./user";
import { webhooks } from "./webhook";

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
  edgeGroups,
  engines,
  tlsFiles,
  resourceControls,
  registries,
  dockerHub,
  stacks,
  customTemplates,
  appTemplates,
  webhooks,
  roles,
  motd,
  ssl,
  backups,
  apiDocs,
};
export type Contract = typeof contract;

export { ApiKey } from "./api-key";
export { isAtLeast } from "./api-version";
export { API_KEY_HEADER, SESSION_COOKIE, SETUP_TOKEN_HEADER, TokenClaims } from "./auth";
export { AccessPolicies, ErrorBody, FormFile, isFormFile, isUrl } from "./common";
export { CustomTemplate, type NewTemplate } from "./custom-template";
export { type DockerContract, dockerContract } from "./docker";
export { ContainerInspect } from "./docker/container";
export { BuildLine, ImageInspect, PullLine } from "./docker/image";
export { NetworkInspect } from "./docker/network";
export { ServiceInspect, TaskInspect } from "./docker/service";
export { NodeInspect, SwarmInspect } from "./docker/swarm";
export type { SwarmFile } from "./docker/swarm-file";
export { EngineInfo } from "./docker/system";
export { VolumeInspect } from "./docker/volume";
export { parseDuration } from "./duration";
export { EdgeGroup } from "./edge-group";
export {
  CreationType,
  DEFAULT_SECURITY,
  Endpoint,
  EndpointStatus,
  EndpointType,
  SecuritySettings,
} from "./endpoint";
export { EndpointGroup, UNASSIGNED_GROUP } from "./endpoint-group";
export { Registry, RegistryAccess, RegistryType } from "./registry";
export { encodeRegistryAuth, REGISTRY_AUTH_HEADER, registryAuth } from "./registry-auth";
export { ResourceControl, ResourceType } from "./resource-control";
export {
  type Access,
  type Failures,
  type Method,
  type Pace,
  type PathParameter,
  type Route,
  type Routes,
  route,
  successStatus,
  type Verified,
} from "./route";
export { AuthenticationMethod, DEFAULT_LDAP, DEFAULT_SETTINGS, PublicSettings, Settings } from "./settings";
export { Stack, StackStatus, StackType } from "./stack";
export { Status } from "./status";
export { Tag } from "./tag";
export { Team } from "./team";
export { TeamMembership, TeamRole } from "./team-membership";
export { TLS_FILES, type TlsFile } from "./tls-file";
export { Role, User } from "./user";
export { Webhook } from "./webhook";
