import type { GatewayEnvironment } from "../../gateway/host";
import type { EndpointRecord } from "../../store/records";
import type { TlsFiles } from "../../tls-files";

type Reachable = Pick<EndpointRecord, "Id" | "URL" | "Type" | "TLSConfig" | "SecuritySettings">;

/** An environment as the gateway wants it: with the contents of its TLS files. */
export async function connectionOf(tlsFiles: TlsFiles, endpoint: Reachable): Promise<GatewayEnvironment> {
  const { Id: id, URL: url, Type: type, TLSConfig: config, SecuritySettings: security } = endpoint;
  if (!config.TLS && !config.TLSSkipVerify) return { id, url, type, security };
  const files = await tlsFiles.read(config);
  return { id, url, type, security, tls: { ...files, skipVerify: config.TLSSkipVerify } };
}
