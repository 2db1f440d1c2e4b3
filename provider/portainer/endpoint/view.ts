import {
  DEFAULT_SECURITY,
  type Endpoint,
  EndpointStatus,
  EndpointType,
  SecuritySettings,
} from "../../../contract";
import { accessAfter, accessNow } from "../../core/access";
import { difference, removed } from "../../core/diff";
import type { Directory } from "../../core/directory";
import type { EndpointInputs } from "./schema";
import { endpointProperties } from "./schema";
import type { Tls } from "./tls";

/** The desired environment. Properties that are left out stay as they are; `tls: null` switches TLS off. */
export type DesiredEndpoint = Omit<Partial<EndpointInputs>, "tls"> & {
  readonly tls?: Tls | null | undefined;
};

/** The program's inputs, and the value of a new environment for each property that the program no longer sets. */
export function desiredOf(olds: Partial<EndpointInputs>, news: EndpointInputs): DesiredEndpoint {
  const security = {
    ...Object.fromEntries(
      Object.keys(olds.security ?? {}).map((key) => [key, DEFAULT_SECURITY[key as keyof SecuritySettings]]),
    ),
    ...news.security,
  };
  return {
    ...news,
    ...removed(endpointProperties, olds, news),
    tls: news.tls ?? (olds.tls && null),
    access: accessAfter(olds.access, news.access),
    security: Object.keys(security).length > 0 ? security : undefined,
  };
}

/** All readable properties of the environment. Where a value equals that of `desired`, it has the spelling of `desired`. */
export function everything(
  endpoint: Endpoint,
  desired: DesiredEndpoint,
  directory: Directory,
): Partial<EndpointInputs> {
  const type = typeOf(endpoint);
  const tls = type === "agent" ? undefined : tlsNow(endpoint, desired.tls);
  const containerEngine = engineOf(endpoint.ContainerEngine);
  const all = {
    name: endpoint.Name,
    url: endpoint.URL,
    type,
    tls,
    publicUrl: endpoint.PublicURL,
    groupId: endpoint.GroupId,
    tagIds: endpoint.TagIds,
    access: accessNow(desired.access, endpoint, directory),
    security: SecuritySettings.partial().parse(endpoint.SecuritySettings ?? {}),
    containerEngine,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/**
 * The same, cut to the properties in `desired`: the others are not managed. `type` is taken from `desired`: it cannot change,
 * and Portainer has several types for an agent.
 */
export function managed(
  endpoint: Endpoint,
  desired: DesiredEndpoint,
  directory: Directory,
): Partial<EndpointInputs> {
  const now = everything(endpoint, desired, directory);
  const cut = {
    ...now,
    ...(desired.type && { type: desired.type }),
    security: pick(now.security, desired.security),
    containerEngine: now.containerEngine ?? desired.containerEngine,
    adopt: desired.adopt,
    startupTimeout: desired.startupTimeout,
  };
  return pick(cut, desired) ?? {};
}

/** The properties whose actual value is not the desired one. */
export function differences(
  endpoint: Endpoint,
  desired: DesiredEndpoint,
  directory: Directory,
): readonly string[] {
  return difference(endpointProperties, managed(endpoint, desired, directory), { ...desired }).changed;
}

export const statusOf = ({ Status }: Endpoint): "up" | "down" =>
  Status === EndpointStatus.down ? "down" : "up";

export function typeOf({ Type }: Endpoint): EndpointInputs["type"] | undefined {
  if (Type === EndpointType.docker) return "docker";
  return Type === EndpointType.agentDocker ? "agent" : undefined;
}

/** Portainer shows whether it has a file, but not its content, so a file that exists counts as the desired one. */
function tlsNow({ TLSConfig }: Endpoint, desired: Tls | null | undefined): Tls | undefined {
  if (!TLSConfig.TLS) return undefined;
  const { TLSCACert, TLSCert, TLSSkipVerify } = TLSConfig;
  return {
    ...(TLSCACert && desired?.caCert !== undefined && { caCert: desired.caCert }),
    ...(TLSCert && desired?.clientCert !== undefined && { clientCert: desired.clientCert }),
    ...(TLSCert && desired?.clientKey !== undefined && { clientKey: desired.clientKey }),
    ...(TLSSkipVerify || desired?.skipVerify !== undefined ? { skipVerify: TLSSkipVerify } : {}),
    ...(!TLSCert || desired?.skipClientVerify !== undefined ? { skipClientVerify: !TLSCert } : {}),
  };
}

function engineOf(engine: string | undefined): "docker" | "podman" | undefined {
  return engine === "docker" || engine === "podman" ? engine : undefined;
}

function pick<T extends object>(value: T | undefined, desired: object | null | undefined): T | undefined {
  if (!value || !desired) return undefined;
  const keys = Object.entries(desired).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key))) as T;
}
