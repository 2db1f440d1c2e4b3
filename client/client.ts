import { contract } from "../contract";
import { anySignal } from "./abort";
import { createCaller, type Shared } from "./caller";
import { limiterOf } from "./limiter";
import { logOut } from "./logout";
import type { ClientOptions, Credentials } from "./options";
import { checkHeader, customHeaders } from "./request";
import { bindRoutes, createDocker } from "./routes";
import { createSession } from "./session";
import { createExchange, createTransport } from "./transport";
import type { DockerClient, PortainerClient } from "./types";
import { parseUrl } from "./url";

const REQUEST_TIMEOUT = 30;

/**
 * A client of one Portainer server. It sends nothing before the first call. With a name and password, the first call
 * that needs a login makes it, and later ones share it.
 *
 * @throws TypeError for an option that cannot be used; it names the option
 */
export function createClient(options: ClientOptions): PortainerClient {
  const base = parseUrl(options.url);
  const closing = new AbortController();
  const signal = anySignal(closing.signal, options.signal);
  const transport = createTransport(base.origin, options, signal);

  const session = createSession(checked(options.credentials), async (Username, Password) => {
    const { jwt } = await operations.auth.login({ body: { Username, Password } });
    return jwt;
  });
  const shared: Shared = {
    base,
    exchange: createExchange(transport, base),
    session,
    limiter: limiterOf(base.href),
    headers: customHeaders(options.headers),
    secrets: secretsOf(options.credentials),
    requestTimeout: options.requestTimeout ?? REQUEST_TIMEOUT,
    signal,
  };
  const call = createCaller(shared);
  const operations = bindRoutes(contract, call);
  const engines = new Map<string, DockerClient>();

  async function close() {
    closing.abort(new Error("The client was closed."));
    await transport.destroy();
  }

  return {
    ...operations,
    auth: {
      ...operations.auth,
      async logout(_request, options) {
        await logOut(shared, call, options);
        return undefined;
      },
    },
    docker(endpointId, node) {
      const key = `${endpointId} ${node ?? ""}`;
      const engine = engines.get(key) ?? createDocker(call, endpointId, node, signal);
      engines.set(key, engine);
      return engine;
    },
    async account(options) {
      await session.open(anySignal(signal, options?.signal));
      return session.account();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function checked(credentials: Credentials | undefined): Credentials | undefined {
  if (credentials && "apiKey" in credentials) checkHeader("x-api-key", credentials.apiKey, "The apiKey");
  return credentials;
}

function secretsOf(credentials: Credentials | undefined): string[] {
  if (!credentials) return [];
  return "apiKey" in credentials ? [credentials.apiKey] : [credentials.password];
}
