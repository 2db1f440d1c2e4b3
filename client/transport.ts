import { type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";
import type { ClientOptions } from "./options";
import { tlsOptions } from "./tls";

const CONCURRENCY = 8;
/** In milliseconds. A host that does not answer at all is told from a slow one. */
const CONNECT_TIMEOUT = 10_000;

const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];

/** The connections to a server: kept alive, limited in number, through a proxy if the environment names one. */
export function createTransport(origin: string, options: ClientOptions): Dispatcher {
  const tls = tlsOptions(options);
  const settings = {
    connections: options.concurrency ?? CONCURRENCY,
    pipelining: 1,
    // One request per connection, so that `connections` is the limit. Portainer itself speaks HTTP/1.1 only.
    allowH2: false,
    connectTimeout: CONNECT_TIMEOUT,
    connect: tls,
  };
  if (!PROXY_VARIABLES.some((name) => process.env[name])) return new Pool(origin, settings);
  return new EnvHttpProxyAgent({
    ...settings,
    requestTls: tls,
    // Without it, requests forwarded to a plain HTTP server would not be limited.
    factory: (server, inherited) => new Pool(server, { ...inherited, connections: settings.connections }),
  });
}
