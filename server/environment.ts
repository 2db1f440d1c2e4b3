import { EndpointType } from "../contract";
import type { Engine, GatewayEnvironment } from "./gateway";
import { isAgent } from "./gateway/environment-type";
import type { Services } from "./services";
import type { EndpointRecord } from "./store/records";

type Reachable = Pick<EndpointRecord, "Id" | "URL" | "Type" | "TLSConfig" | "SecuritySettings">;

/** The engine of an environment, or the API of its cluster, on kept connections. */
export async function engineOf(
  services: Pick<Services, "tlsFiles" | "agentIdentity" | "engines">,
  endpoint: Reachable,
): Promise<Engine> {
  return services.engines.of(await connectionOf(services, endpoint));
}

/** An environment as the gateway needs it, with the contents of its TLS files and the headers for its agent. */
export async function connectionOf(
  { tlsFiles, agentIdentity }: Pick<Services, "tlsFiles" | "agentIdentity">,
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
  // Like Portainer, connect to the local cluster from inside, without verification.
  if (type === EndpointType.localKubernetes) return { ...environment, tls: { skipVerify: true } };
  if (!config.TLS && !config.TLSSkipVerify) return environment;
  const files = await tlsFiles.read(config);
  return { ...environment, tls: { ...files, skipVerify: config.TLSSkipVerify } };
}
