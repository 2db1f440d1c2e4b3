import { type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";
import type { ClientOptions } from "./options";
import { tlsOptions } from "./tls";

const CONCURRENCY = 8;
/** In seconds. A host that does not answer at all is told from one that is slow. */
const CONNECT_TIMEOUT = 10;

const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];

/**
 * The connections to a server: kept alive, limited in number, through a proxy if the environment names one.
 * `signal` closes them, also those that are just being made.
 */
export function createTransport(origin: string, options: ClientOptions, signal: AbortSignal): Dispatcher {
  const connect = { ...tlsOptions(options), signal };
  const settings = {
    connections: options.concurrency ?? CONCURRENCY,
    pipelining: 1,
    // One request per connection, so that `connections` is the limit. Portainer itself speaks HTTP/1.1 only.
    allowH2: false,
    connectTimeout: Math.min(CONNECT_TIMEOUT, options.requestTimeout || CONNECT_TIMEOUT) * 1000,
    connect,
  };
  if (!PROXY_VARIABLES.some((name) => process.env[name])) return new Pool(origin, settings);
  return new EnvHttpProxyAgent({
    ...settings,
    requestTls: connect,
    // Without it, requests forwarded to a plain HTTP server would not be limited.
    factory: (server, inherited) => new Pool(server, { ...inherited, connections: settings.connections }),
  });
}
