/**
 * Pulumi's dynamic-provider process loads this module. State refers to it and to its exports by name: they never change.
 *
 * @module
 */

import { dynamicProvider } from "./core/adapter";
import * as definitions from "./definitions";

export const AdminUser = dynamicProvider(definitions.AdminUser);
export const ApiKey = dynamicProvider(definitions.ApiKey);
export const Config = dynamicProvider(definitions.Config);
export const Container = dynamicProvider(definitions.Container);
export const CustomTemplate = dynamicProvider(definitions.CustomTemplate);
export const Endpoint = dynamicProvider(definitions.Endpoint);
export const EndpointAccess = dynamicProvider(definitions.EndpointAccess);
export const EndpointGroup = dynamicProvider(definitions.EndpointGroup);
export const EndpointGroupAccess = dynamicProvider(definitions.EndpointGroupAccess);
export const Exec = dynamicProvider(definitions.Exec);
export const Image = dynamicProvider(definitions.Image);
export const Network = dynamicProvider(definitions.Network);
export const Node = dynamicProvider(definitions.Node);
export const Registry = dynamicProvider(definitions.Registry);
export const RegistryAccess = dynamicProvider(definitions.RegistryAccess);
export const RemoteImage = dynamicProvider(definitions.RemoteImage);
export const ResourceControl = dynamicProvider(definitions.ResourceControl);
export const Secret = dynamicProvider(definitions.Secret);
export const Service = dynamicProvider(definitions.Service);
export const Settings = dynamicProvider(definitions.Settings);
export const SslSettings = dynamicProvider(definitions.SslSettings);
export const Stack = dynamicProvider(definitions.Stack);
export const Swarm = dynamicProvider(definitions.Swarm);
export const Tag = dynamicProvider(definitions.Tag);
export const Team = dynamicProvider(definitions.Team);
export const TeamMembership = dynamicProvider(definitions.TeamMembership);
export const User = dynamicProvider(definitions.User);
export const Volume = dynamicProvider(definitions.Volume);
export const Webhook = dynamicProvider(definitions.Webhook);
