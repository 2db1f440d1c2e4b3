import { isIP, type NetConnectOpts } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { GatewayEnvironment } from "../host";

/** How to connect to an engine. */
export interface Address {
  readonly transport: "socket" | "network";
  readonly options: NetConnectOpts;
  /** Present when the connection is a TLS one. */
  readonly tls?: ConnectionOptions;
  /** The `Host` header. */
  readonly host: string;
}

/** Docker's registered ports, plain and TLS. */
const PORT = 2375;
const TLS_PORT = 2376;

/** A connection stays readable when the other side has said all, as it must for `docker attach`. */
const HALF_OPEN = { allowHalfOpen: true } as const;

/** Throws when the environment's URL names no engine. */
export function addressOf({ url, tls }: Pick<GatewayEnvironment, "url" | "tls">): Address {
  if (url.startsWith("unix://")) {
    return {
      transport: "socket",
      options: { path: url.slice("unix://".length), ...HALF_OPEN },
      host: "docker",
    };
  }
  const { protocol, hostname, port } = parse(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const secure = tls !== undefined || protocol === "https:";
  const address = {
    transport: "network",
    options: { host, port: Number(port) || defaultPort(protocol, secure), ...HALF_OPEN },
    host: port === "" ? hostname : `${hostname}:${port}`,
  } as const;
  if (!secure) return address;
  const { ca, cert, key, skipVerify = false } = tls ?? {};
  return {
    ...address,
    tls: {
      rejectUnauthorized: !skipVerify,
      ...(isIP(host) === 0 && { servername: host }),
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
    },
  };
}

function parse(url: string): URL {
  const parsed = URL.parse(url.includes("://") ? url : `tcp://${url}`);
  if (parsed?.hostname && ["tcp:", "http:", "https:"].includes(parsed.protocol)) return parsed;
  throw new Error(`Not the address of an engine: ${url}`);
}

function defaultPort(protocol: string, secure: boolean): number {
  if (protocol === "tcp:") return secure ? TLS_PORT : PORT;
  return secure ? 443 : 80;
}
