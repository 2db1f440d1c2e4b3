/**
 * What Pulumi's dynamic-provider process loads. State names this module and these exports: they never change.
 *
 * @module
 */
import { adminUser } from "./admin-user";
import { apiKey } from "./api-key";
import { dynamicProvider } from "./core/adapter";
import { endpoint } from "./endpoint";

export const AdminUser = dynamicProvider(adminUser);
export const ApiKey = dynamicProvider(apiKey);
export const Endpoint = dynamicProvider(endpoint);
