/**
 * Infrastructure as code for Portainer: the resources that a Pulumi program declares.
 *
 * @module
 */
export { AdminUser, type AdminUserArgs } from "./admin-user";
export { ApiKey, type ApiKeyArgs } from "./api-key";
export { Provider, type ProviderArgs } from "./provider";
