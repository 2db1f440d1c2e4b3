/**
 * Pulumi's dynamic-provider process loads this module. State refers to it and to its exports by name: they never change.
 *
 * @module
 */

import { dynamicProvider } from "./core/adapter";
import { config } from "./docker/config";
import { container } from "./docker/container";
import { exec } from "./docker/exec";
import { image } from "./docker/image";
import { network } from "./docker/network";
import { node } from "./docker/node";
import { remoteImage } from "./docker/remote-image";
import { secret } from "./docker/secret";
import { service } from "./docker/service";
import { swarm } from "./docker/swarm";
import { volume } from "./docker/volume";
import { adminUser } from "./portainer/admin-user";
import { apiKey } from "./portainer/api-key";
import { customTemplate } from "./portainer/custom-template";
import { endpoint } from "./portainer/endpoint";
import { endpointAccess } from "./portainer/endpoint-access";
import { endpointGroup } from "./portainer/endpoint-group";
import { endpointGroupAccess } from "./portainer/endpoint-group-access";
import { registry } from "./portainer/registry";
import { registryAccess } from "./portainer/registry-access";
import { resourceControl } from "./portainer/resource-control";
import { settings } from "./portainer/settings";
import { sslSettings } from "./portainer/ssl-settings";
import { stack } from "./portainer/stack";
import { tag } from "./portainer/tag";
import { team } from "./portainer/team";
import { teamMembership } from "./portainer/team-membership";
import { user } from "./portainer/user";
import { webhook } from "./portainer/webhook";

export const AdminUser = dynamicProvider(adminUser);
export const ApiKey = dynamicProvider(apiKey);
export const CustomTemplate = dynamicProvider(customTemplate);
export const Endpoint = dynamicProvider(endpoint);
export const EndpointAccess = dynamicProvider(endpointAccess);
export const EndpointGroup = dynamicProvider(endpointGroup);
export const EndpointGroupAccess = dynamicProvider(endpointGroupAccess);
export const Config = dynamicProvider(config);
export const Exec = dynamicProvider(exec);
export const Container = dynamicProvider(container);
export const Volume = dynamicProvider(volume);
export const Image = dynamicProvider(image);
export const Network = dynamicProvider(network);
export const Node = dynamicProvider(node);
export const Registry = dynamicProvider(registry);
export const RegistryAccess = dynamicProvider(registryAccess);
export const ResourceControl = dynamicProvider(resourceControl);
export const RemoteImage = dynamicProvider(remoteImage);
export const Secret = dynamicProvider(secret);
export const Service = dynamicProvider(service);
export const Settings = dynamicProvider(settings);
export const SslSettings = dynamicProvider(sslSettings);
export const Stack = dynamicProvider(stack);
export const Swarm = dynamicProvider(swarm);
export const Tag = dynamicProvider(tag);
export const Team = dynamicProvider(team);
export const TeamMembership = dynamicProvider(teamMembership);
export const User = dynamicProvider(user);
export const Webhook = dynamicProvider(webhook);
