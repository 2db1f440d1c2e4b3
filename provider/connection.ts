import { type ClientOptions, createClient, isApiError, type PortainerClient } from "../client";
import type { Status } from "../contract";
import {
  type Credentials,
  credentialsOf,
  flag,
  headersOf,
  places,
  positiveInteger,
  type SettingTexts,
} from "./core/connection-settings";
import { isNotFound, messageOf, ProviderError } from "./core/errors";
import { stopSignal } from "./core/pulumi";

/** How long an engine may take to answer, in seconds. All containers on an unreachable host share one such wait. */
const PROBE_SECONDS = 10;

/** The server of a provider: its client, and what this process knows about the server. */
export interface Connection {
  readonly url: string;
  /** The client with the provider's credentials. */
  readonly client: PortainerClient;
  /** The provider's credentials. Portainer creates an API key only for a password, not for another API key. */
  readonly credentials: Credentials | undefined;
  /** A client of the same server with other credentials; `undefined` for none. */
  as(credentials: Credentials | undefined): PortainerClient;
  /** A connection to another address, with the same settings otherwise. */
  at(url: string): Connection;
  readonly setupToken: string | undefined;
  /** The environment for resources that name none. */
  readonly endpointId: number | undefined;
  /** Whether refresh and `up` keep resources on an unreachable environment as they are. */
  readonly skipUnreachable: boolean;
  /** Whether `destroy` forgets resources on an unreachable environment. */
  readonly deleteUnreachable: boolean;
  /** The server's version and instance id; requested once per process. */
  status(): Promise<Status>;
  /**
   * Throws when this is not the server that the resource was created on. Pulumi does not replace a resource when its
   * provider's url changes, so a `destroy` would delete another server's objects.
   *
   * @returns the server's instance id.
   */
  sameServer(instanceId: string | undefined): Promise<string>;
  /**
   * Who the engine is, requested once per environment and process. A failed request is not repeated either.
   *
   * @param node the node of the engine, where an agent serves several nodes.
   */
  engine(endpointId: number, node?: string): Promise<EngineIdentity>;
  /** Forgets who the engine is, so that it is requested again: the environment was changed. */
  forgetEngine(endpointId: number): void;
  /** Remembers that the engine manages this swarm from now on, or none. */
  learnSwarm(endpointId: number, swarmId: string | undefined): Promise<void>;
  /** Closes open connections, so that a test leaves no open handle. */
  close(): Promise<void>;
}

interface EngineIdentity {
  readonly id: string;
  /** The swarm that it manages. */
  readonly swarmId: string | undefined;
}

const connections = new Map<string, Connection>();

/** The connection for these settings, one per process. It makes no request until it is used. */
export function connect(settings: SettingTexts): Connection {
  const key = JSON.stringify(settings);
  const existing = connections.get(key);
  if (existing) return existing;
  const made = makeConnection(settings);
  connections.set(key, made);
  return made;
}

/** Closes all connections of this process. */
export async function disconnect(): Promise<void> {
  const all = [...connections.values()];
  connections.clear();
  await Promise.all(all.map((connection) => connection.close()));
}

function makeConnection(settings: SettingTexts): Connection {
  const clients = new Map<string, PortainerClient>();
  const engines = new Map<string, Promise<EngineIdentity>>();
  let answer: Promise<Status> | undefined;

  const as = (credentials: Credentials | undefined): PortainerClient => {
    const key = JSON.stringify(credentials ?? null);
    const client = clients.get(key) ?? createClient(clientOptions(settings, credentials));
    clients.set(key, client);
    return client;
  };

  const connection: Connection = {
    get url() {
      return requireUrl(settings);
    },
    get client() {
      return as(requireCredentials(connection));
    },
    get credentials() {
      return credentialsOf(settings);
    },
    as,
    at: (url) => connect({ ...settings, url }),
    setupToken: settings.setupToken,
    get endpointId() {
      return positiveInteger("endpointId", settings.endpointId);
    },
    get skipUnreachable() {
      return flag("skipUnreachable", settings.skipUnreachable);
    },
    get deleteUnreachable() {
      return flag("deleteUnreachable", settings.deleteUnreachable);
    },

    status() {
      answer ??= askStatus(as(undefined)).catch((error: unknown) => {
        answer = undefined;
        throw isNotFound(error) ? notPortainer(error) : error;
      });
      return answer;
    },

    async sameServer(expected) {
      const { InstanceID } = await connection.status();
      if (expected === undefined || expected === InstanceID) return InstanceID;
      throw new ProviderError(
        `${connection.url} is another server: this resource was made on Portainer ${expected}, and this one is ${InstanceID}. ` +
          "Nothing was changed. Point the provider at the first server, or remove the resource from the state with `pulumi state delete` if that server is gone for good.",
      );
    },

    engine(endpointId, node) {
      const key = engineKey(endpointId, node);
      const asked = engines.get(key) ?? askEngine(connection.client, endpointId, node);
      engines.set(key, asked);
      return asked;
    },

    forgetEngine(endpointId) {
      for (const key of engines.keys()) if (key.startsWith(engineKey(endpointId))) engines.delete(key);
    },

    async learnSwarm(endpointId, swarmId) {
      const engine = { ...(await connection.engine(endpointId)), swarmId };
      engines.set(engineKey(endpointId), Promise.resolve(engine));
    },

    async close() {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };

  return connection;
}

/** Tries the path of 2.17 and newer first: those servers log a warning for the old path, and will drop it. */
async function askStatus({ status }: PortainerClient): Promise<Status> {
  try {
    return await status.getSystem({});
  } catch (error) {
    if (!isApiError(error) || error.status !== 404) throw error;
    return await status.get({});
  }
}

/** Every Portainer has a status, so a server that answers 404 is none: its other 404 answers prove nothing either. */
function notPortainer(error: unknown): ProviderError {
  return new ProviderError(
    `${messageOf(error)} So this is not Portainer: is the address right, or does a proxy answer?`,
  );
}

const engineKey = (endpointId: number, node = ""): string => `${endpointId} ${node}`;

async function askEngine(
  client: PortainerClient,
  endpointId: number,
  node: string | undefined,
): Promise<EngineIdentity> {
  const { ID: id, Swarm } = await client.docker(endpointId, node).system.info({}, { timeout: PROBE_SECONDS });
  return { id, swarmId: Swarm?.Cluster?.ID };
}

/** The address of something in a server's API, for others to use: webhooks. */
export const apiUrl = (url: string, path: string): string =>
  `${url.replace(/\/+$/, "").replace(/\/api$/, "")}/api${path}`;

function requireUrl({ url }: SettingTexts): string {
  if (url === undefined) throw new ProviderError(`no Portainer url: set ${places("url")}`);
  return url;
}

function requireCredentials({ url, credentials }: Connection): Credentials {
  if (credentials !== undefined) return credentials;
  throw new ProviderError(
    `no credentials for ${url}: set ${places("apiKey")}, or \`username\` and \`password\` in the same place`,
  );
}

function clientOptions(settings: SettingTexts, credentials: Credentials | undefined): ClientOptions {
  const requestTimeout = positiveInteger("requestTimeout", settings.requestTimeout);
  const concurrency = positiveInteger("concurrency", settings.concurrency);
  return {
    url: requireUrl(settings),
    credentials,
    headers: headersOf(settings.headers),
    skipVerify: flag("skipVerify", settings.skipVerify),
    signal: stopSignal,
    ...(settings.caCert !== undefined && { caCert: settings.caCert }),
    ...(settings.clientCert !== undefined && { clientCert: settings.clientCert }),
    ...(settings.clientKey !== undefined && { clientKey: settings.clientKey }),
    ...(requestTimeout !== undefined && { requestTimeout }),
    ...(concurrency !== undefined && { concurrency }),
  };
}
