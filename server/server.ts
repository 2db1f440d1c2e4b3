import { hkdfSync, randomBytes } from "node:crypto";
import { join } from "node:path";
import { AgentIdentity } from "./agent/identity";
import { ensurePrimary } from "./api/endpoint/create";
import { AutoUpdates } from "./api/stack/auto-updates";
import { hasAdministrator } from "./api/user";
import { createApi } from "./app";
import { AdminWindow } from "./auth/admin-window";
import { Authenticator } from "./auth/authenticate";
import { CsrfGuard } from "./auth/csrf";
import { LoginLimiter, loginBucketsInMemory, loginBucketsInStore } from "./auth/limiter";
import { Sessions } from "./auth/session";
import { systemClock } from "./clock";
import { createGateway, Engines } from "./gateway";
import { createGatewayHost } from "./host";
import { createApiPlane } from "./http/api-plane";
import { type Failure, Failures } from "./http/failures";
import { createListener } from "./http/listener";
import { type RecordedRequest, Recorder, type RequestFilter } from "./http/recorder";
import { Serving } from "./https/serving";
import { followReplicas, snapshotRegularly } from "./jobs";
import type { Logger } from "./log";
import type { ServerOptions } from "./options";
import { seed, seedAdministrator, seedApiKey } from "./seed";
import type { Services } from "./services";
import type { Store } from "./store/store";
import { TlsFiles, tlsStorageInFolder, tlsStorageInStore } from "./tls-files";

/** The path that Kubernetes uses. */
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const ADMIN_INIT_TIMEOUT = 5 * 60_000;

/** A running server. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  /** The URL for HTTPS, with the option `https`. */
  readonly httpsUrl: string | undefined;
  /** The administrator that `admin` asked for. */
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** A key of that administrator. */
  readonly apiKey: string | undefined;
  /** `PORTAINER_URL` and, with `admin`, `PORTAINER_API_KEY`, to spread into an environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The recorded requests, oldest first; none with `record: false`. */
  requests(filter?: RequestFilter): RecordedRequest[];
  /** Makes requests fail. */
  fail(failure: Failure): void;
  /** Restores the state right after the start. URL, password and API key stay valid. */
  reset(): Promise<void>;
  /** Stops the server. Requests under way may take up to `grace` milliseconds. @default 0 */
  stop(grace?: number): Promise<void>;
}

/** What a server is made of that is there before the rest of it is loaded. */
export interface Beginning {
  readonly store: Store;
  readonly options: ServerOptions;
  readonly log: Logger;
  readonly report: (error: unknown) => void;
  /** Of the first administrator, if there is one to be made. */
  readonly passwordHash: string | undefined;
}

/** Serves what is in a store. */
export async function serve(beginning: Beginning): Promise<RunningServer> {
  const { store, options, log, report, passwordHash } = beginning;
  const { clock = systemClock, admin } = options;
  await seed(store);
  if (passwordHash !== undefined) await seedAdministrator(store, admin?.username ?? "admin", passwordHash);
  const apiKey = admin?.password === undefined ? undefined : await seedApiKey(store, clock);

  const recorder = new Recorder(clock, options.record ?? true);
  const { services, autoUpdates } = createServices(beginning, recorder);
  const { serving } = services;
  const primary = ensurePrimary(services, options.engine);
  const { listener, window, failures } = createPlanes(beginning, services, recorder);
  await primary;
  await serving.open(listener);
  const asStarted = store.dump();
  const { url, httpsUrl } = serving;
  for (const each of new Set([url, httpsUrl ?? url])) log.info({ url: each }, "listening");

  autoUpdates.start();
  const endJobs = [snapshotRegularly(services, report), followReplicas(services, report)];
  let stopped: Promise<void> | undefined;
  const stop = (grace = 0) => {
    stopped ??= close(grace);
    return stopped;
  };
  const close = async (grace: number) => {
    for (const end of endJobs) end();
    await serving.close(grace);
    await autoUpdates.stop();
    await services.gateway.close();
    await store.close();
    await services.tlsFiles.close();
    log.info("stopped");
  };
  return {
    url,
    httpsUrl,
    apiKey,
    username: admin && (admin.username ?? "admin"),
    password: admin?.password,
    env: { PORTAINER_URL: url, ...(apiKey && { PORTAINER_API_KEY: apiKey }) },
    requests: (filter) => recorder.list(filter),
    fail: (failure) => failures.plan(failure),
    async reset() {
      await store.restore(asStarted);
      await serving.apply();
      failures.clear();
      recorder.clear();
      await services.limiter.reset();
      window.reset();
    },
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

/** What the handlers of both planes use. */
function createServices({ store, options, report }: Beginning, recorder: Recorder) {
  const { clock = systemClock, data, serviceAccount = SERVICE_ACCOUNT } = options;
  const buckets = store.isShared ? loginBucketsInStore(store) : loginBucketsInMemory();
  const sessions = new Sessions(store, clock, secretFor("session", store));
  const authenticator = new Authenticator(store, sessions, clock, recorder);
  const tlsFiles = new TlsFiles(store.isShared ? tlsStorageInStore(store) : tlsStorageInFolder(data));
  const agentIdentity = new AgentIdentity(store, options.agentSecret);
  const engines = new Engines();
  const host = createGatewayHost({ store, authenticator, serviceAccount, tlsFiles, agentIdentity, engines });
  const autoUpdates = new AutoUpdates(() => services, report);
  const services: Services = {
    store,
    clock,
    sessions,
    authenticator,
    limiter: new LoginLimiter(clock, options.loginLimit ?? true, buckets),
    tlsFiles,
    agentIdentity,
    serviceAccount,
    engines,
    gateway: createGateway(host, engines),
    autoUpdates,
    setupToken: options.setupToken,
    folderOf: (kind, id) => join(data ?? "/data", kind, String(id)),
    serving: new Serving(store, options),
    administratorCreated: () => ensurePrimary(services, options.engine),
  };
  return { services, autoUpdates };
}

/** Both planes behind one listener, which checks every request first. */
function createPlanes({ store, options, report }: Beginning, services: Services, recorder: Recorder) {
  const csrf = new CsrfGuard(secretFor("csrf", store));
  const failures = new Failures();
  const initTimeout = options.adminInitTimeout ?? ADMIN_INIT_TIMEOUT;
  const window = new AdminWindow(services.clock, initTimeout, () => hasAdministrator(store));
  const listener = createListener({
    api: createApiPlane(createApi(services), csrf, report),
    gateway: services.gateway,
    window,
    csrf,
    recorder,
    failures,
    report,
    catchUp: store.isShared ? () => store.catchUp() : undefined,
  });
  return { listener, window, failures };
}

/**
 * A key to sign with. It is made at the start, so that a restart ends every session; replicas share one, and their
 * sessions end with that.
 */
function secretFor(purpose: string, store: Store): Buffer {
  const shared = store.secrets.get(1);
  if (!shared) return randomBytes(32);
  return Buffer.from(hkdfSync("sha256", Buffer.from(shared.Key, "base64"), "", purpose, 32));
}
