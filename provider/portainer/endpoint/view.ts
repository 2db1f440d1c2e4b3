import {
  DEFAULT_SECURITY,
  type Endpoint,
  EndpointStatus,
  EndpointType,
  SecuritySettings,
  UNASSIGNED_GROUP,
} from "../../../contract";
import { difference } from "../../core/diff";
import type { Directory } from "../../core/directory";
import { accessNow } from "./access";
import { properties } from "./properties";
import type { EndpointSettled } from "./schema";
import type { Tls } from "./tls";

/** The desired environment. Properties that are left out stay as they are; `tls: null` switches TLS off. */
export type Wish = Omit<Partial<EndpointSettled>, "tls"> & { readonly tls?: Tls | null | undefined };

/** The program's inputs, and the value of a new environment for each property that the program no longer sets. */
export function wishOf(olds: Partial<EndpointSettled>, news: EndpointSettled): Wish {
  const access = {
    users: news.access?.users ?? (olds.access?.users && []),
    teams: news.access?.teams ?? (olds.access?.teams && []),
  };
  const security = {
    ...Object.fromEntries(
      Object.keys(olds.security ?? {}).map((key) => [key, DEFAULT_SECURITY[key as keyof SecuritySettings]]),
    ),
    ...news.security,
  };
  return {
    ...news,
    tls: news.tls ?? (olds.tls && null),
    publicUrl: news.publicUrl ?? (olds.publicUrl && ""),
    groupId: news.groupId ?? (olds.groupId && UNASSIGNED_GROUP),
    tagIds: news.tagIds ?? (olds.tagIds && []),
    access: access.users || access.teams ? access : undefined,
    security: Object.keys(security).length > 0 ? security : undefined,
  };
}

/** All readable properties of the environment. Where a value equals that of `wish`, it has the spelling of `wish`. */
export function everything(endpoint: Endpoint, wish: Wish, directory: Directory): Partial<EndpointSettled> {
  const type = typeOf(endpoint);
  const tls = type === "agent" ? undefined : tlsNow(endpoint, wish.tls);
  const containerEngine = engineOf(endpoint.ContainerEngine);
  const all = {
    name: endpoint.Name,
    url: endpoint.URL,
    type,
    tls,
    publicUrl: endpoint.PublicURL,
    groupId: endpoint.GroupId,
    tagIds: endpoint.TagIds,
    access: accessNow(wish.access, endpoint, directory),
    security: SecuritySettings.partial().parse(endpoint.SecuritySettings ?? {}),
    containerEngine,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/**
 * The same, cut to the properties in `wish`: the others are not managed. `type` is taken from `wish`: it cannot change,
 * and Portainer has several types for an agent.
 */
export function asWished(endpoint: Endpoint, wish: Wish, directory: Directory): Partial<EndpointSettled> {
  const now = everything(endpoint, wish, directory);
  const cut = {
    ...now,
    ...(wish.type && { type: wish.type }),
    access: pick(now.access, wish.access),
    security: pick(now.security, wish.security),
    containerEngine: now.containerEngine ?? wish.containerEngine,
    adopt: wish.adopt,
    startupTimeout: wish.startupTimeout,
  };
  return pick(cut, wish) ?? {};
}

/** The properties whose actual value is not the desired one. */
export function differences(endpoint: Endpoint, wish: Wish, directory: Directory): readonly string[] {
  return difference(properties, asWished(endpoint, wish, directory), { ...wish }).changed;
}

export const statusOf = ({ Status }: Endpoint): "up" | "down" =>
  Status === EndpointStatus.down ? "down" : "up";

export function typeOf({ Type }: Endpoint): EndpointSettled["type"] | undefined {
  if (Type === EndpointType.docker) return "docker";
  return Type === EndpointType.agentDocker ? "agent" : undefined;
}

/** Portainer shows whether it has a file, but not its content, so a file that exists counts as the desired one. */
function tlsNow({ TLSConfig }: Endpoint, wished: Tls | null | undefined): Tls | undefined {
  if (!TLSConfig.TLS) return undefined;
  const { TLSCACert, TLSCert, TLSSkipVerify } = TLSConfig;
  return {
    ...(TLSCACert && wished?.caCert !== undefined && { caCert: wished.caCert }),
    ...(TLSCert && wished?.clientCert !== undefined && { clientCert: wished.clientCert }),
    ...(TLSCert && wished?.clientKey !== undefined && { clientKey: wished.clientKey }),
    ...(TLSSkipVerify || wished?.skipVerify !== undefined ? { skipVerify: TLSSkipVerify } : {}),
    ...(!TLSCert || wished?.skipClientVerify !== undefined ? { skipClientVerify: !TLSCert } : {}),
  };
}

function engineOf(engine: string | undefined): "docker" | "podman" | undefined {
  return engine === "docker" || engine === "podman" ? engine : undefined;
}

function pick<T extends object>(value: T | undefined, wished: object | null | undefined): T | undefined {
  if (!value || !wished) return undefined;
  const keys = Object.entries(wished).flatMap(([key, wish]) => (wish === undefined ? [] : [key]));
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key))) as T;
}
