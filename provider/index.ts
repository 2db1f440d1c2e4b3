/**
 * What Pulumi's dynamic-provider process loads. State names this module and these exports: they never change.
 *
 * @module
 */
import { adminUser } from "./admin-user";
import { apiKey } from "./api-key";
import { container } from "./container";
import { dynamicProvider } from "./core/adapter";
import { endpoint } from "./endpoint";
import { network } from "./network";
import { tag } from "./portainer/tag";
import { team } from "./portainer/team";
import { remoteImage } from "./remote-image";
import { volume } from "./volume";

export const AdminUser = dynamicProvider(adminUser);
export const ApiKey = dynamicProvider(apiKey);
export const Endpoint = dynamicProvider(endpoint);
export const Container = dynamicProvider(container);
export const Volume = dynamicProvider(volume);
export const Network = dynamicProvider(network);
export const RemoteImage = dynamicProvider(remoteImage);
export const Tag = dynamicProvider(tag);
export const Team = dynamicProvider(team);
