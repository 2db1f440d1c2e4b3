/**
 * Every resource, by the name of its class.
 *
 * @module
 */

export { config as Config } from "./docker/config";
export { container as Container } from "./docker/container";
export { exec as Exec } from "./docker/exec";
export { image as Image } from "./docker/image";
export { network as Network } from "./docker/network";
export { node as Node } from "./docker/node";
export { remoteImage as RemoteImage } from "./docker/remote-image";
export { secret as Secret } from "./docker/secret";
export { service as Service } from "./docker/service";
export { swarm as Swarm } from "./docker/swarm";
export { volume as Volume } from "./docker/volume";
export { adminUser as AdminUser } from "./portainer/admin-user";
export { apiKey as ApiKey } from "./portainer/api-key";
export { customTemplate as CustomTemplate } from "./portainer/custom-template";
export { endpoint as Endpoint } from "./portainer/endpoint";
export { endpointAccess as EndpointAccess } from "./portainer/endpoint-access";
export { endpointGroup as EndpointGroup } from "./portainer/endpoint-group";
export { endpointGroupAccess as EndpointGroupAccess } from "./portainer/endpoint-group-access";
export { registry as Registry } from "./portainer/registry";
export { registryAccess as RegistryAccess } from "./portainer/registry-access";
export { resourceControl as ResourceControl } from "./portainer/resource-control";
export { settings as Settings } from "./portainer/settings";
export { sslSettings as SslSettings } from "./portainer/ssl-settings";
export { stack as Stack } from "./portainer/stack";
export { tag as Tag } from "./portainer/tag";
export { team as Team } from "./portainer/team";
export { teamMembership as TeamMembership } from "./portainer/team-membership";
export { user as User } from "./portainer/user";
export { webhook as Webhook } from "./portainer/webhook";
