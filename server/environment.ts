import { EndpointType } from "../contract";
import type { Engine, GatewayEnvironment } from "./gateway";
import { isAgent } from "./gateway/environment-type";
import type { Services } from "./services";
import type { EndpointRecord } from "./store/records";

type Reachable = Pick<EndpointRecord, "Id" | "URL" | "Type" | "TLSConfig" | "SecuritySettings">;

/** What leads to environments besides what is stored of each. */
export type Means = Pick<Services, "tlsFiles" | "agentIdentity">;

/** The engine of a stored environment, or the API of its cluster, on connections that are kept. */
export async function engineOf(
  services: Means & Pick<Services, "engines">,
  endpoint: Reachable,
): Promise<Engine> {
  return services.engines.of(await connectionOf(services, endpoint));
}

/** An environment as the gateway wants it: with the contents of its TLS files, and who the server is to its agent. */
export async function connectionOf(
  { tlsFiles, agentIdentity }: Means,
  endpoint: Reachable,
): Promise<GatewayEnvironment> {
  const { Id: id, URL: url, Type: type, TLSConfig: config, SecuritySettings: security } = endpoint;
  const environment = {
    id,
    url,
    type,
    security,
    ...(isAgent(type) && { headers: agentIdentity.headers }),
  };
  // The cluster that the server runs in is reached within it, as Portainer does.
  if (type === EndpointType.localKubernetes) return { ...environment, tls: { skipVerify: true } };
  if (!config.TLS && !config.TLSSkipVerify) return environment;
  const files = await tlsFiles.read(config);
  return { ...environment, tls: { ...files, skipVerify: config.TLSSkipVerify } };
}
