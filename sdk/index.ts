/**
 * Infrastructure as code for Portainer: the resources that a Pulumi program declares.
 *
 * @module
 */
export { AdminUser, type AdminUserArgs } from "./admin-user";
export { ApiKey, type ApiKeyArgs } from "./api-key";
export { Bootstrap, type BootstrapArgs } from "./bootstrap";
export { ComposeProject, type ComposeProjectArgs, type ComposeServiceResources } from "./compose-project";
export { Config, type ConfigArgs } from "./config";
export { Container, type ContainerArgs } from "./container";
export { CustomTemplate, type CustomTemplateArgs } from "./custom-template";
export { Endpoint, type EndpointArgs } from "./endpoint";
export { EndpointAccess, type EndpointAccessArgs } from "./endpoint-access";
export { EndpointGroup, type EndpointGroupArgs } from "./endpoint-group";
export { EndpointGroupAccess, type EndpointGroupAccessArgs } from "./endpoint-group-access";
export { Exec, type ExecArgs } from "./exec";
export * from "./functions";
export { Image, type ImageArgs } from "./image";
export { Network, type NetworkArgs } from "./network";
export { Node, type NodeArgs } from "./node";
export { Provider, type ProviderArgs } from "./provider";
export { Registry, type RegistryArgs } from "./registry";
export { RegistryAccess, type RegistryAccessArgs } from "./registry-access";
export { getRemoteImage, type RemoteImage, type RemoteImageArgs } from "./remote-image";
export { ResourceControl, type ResourceControlArgs } from "./resource-control";
export { Secret, type SecretArgs } from "./secret";
export { Service, type ServiceArgs } from "./service";
export { Settings, type SettingsArgs } from "./settings";
export { SslSettings, type SslSettingsArgs } from "./ssl-settings";
export { Stack, type StackArgs } from "./stack";
export { Swarm, type SwarmArgs } from "./swarm";
export { Tag, type TagArgs } from "./tag";
export { Team, type TeamArgs } from "./team";
export { TeamMembership, type TeamMembershipArgs } from "./team-membership";
export { User, type UserArgs } from "./user";
export { Volume, type VolumeArgs } from "./volume";
export { Webhook, type WebhookArgs } from "./webhook";
