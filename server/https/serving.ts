import { join } from "node:path";
import { type Listener, type OpenPort, open } from "../http/open";
import { HttpError } from "../http-error";
import type { HttpsOptions, ServerOptions } from "../options";
import type { SslRecord } from "../store/records";
import type { Store } from "../store/store";
import { replaceFile } from "../tls-files";
import { requireUsable, type ServerCertificate, validFor } from "./identity";
import { makeSelfSigned } from "./self-signed";

const LOOPBACK = "127.0.0.1";
/** Self-signed certificates are renewed when they are valid for less than this, in milliseconds. */
const RENEWED_BEFORE = 30 * 24 * 60 * 60 * 1000;
/** How long requests under way may take when HTTP is turned off, in milliseconds. */
const GRACE = 30_000;

export interface ServingChange {
  readonly identity?: ServerCertificate;
  readonly http?: boolean;
}

/** The ports of the server and its certificate for HTTPS, as the store says. */
export class Serving {
  readonly #store: Store;
  readonly #options: ServerOptions;
  readonly #folder: string;
  #listener: Listener | undefined;
  #http: OpenPort | undefined;
  #https: OpenPort | undefined;
  #httpPort: number;
  readonly #closing = new Set<OpenPort>();

  constructor(store: Store, options: ServerOptions) {
    this.#store = store;
    this.#options = options;
    this.#folder = join(options.data ?? "/data", "certs");
    this.#httpPort = options.port ?? 0;
  }

  get url(): string {
    return (this.#http ?? this.#https)?.url ?? "";
  }

  get httpsUrl(): string | undefined {
    return this.#https?.url;
  }

  /** Opens the ports. */
  async open(listener: Listener): Promise<void> {
    this.#listener = listener;
    await this.#storeWhatWasAskedFor();
    await this.apply();
  }

  shown() {
    return {
      certPath: join(this.#folder, "cert.pem"),
      keyPath: join(this.#folder, "key.pem"),
      selfSigned: this.#record.SelfSigned,
      httpEnabled: this.#http !== undefined,
    };
  }

  /** Stores and applies another certificate, or whether HTTP is served. Throws an `HttpError`. */
  async change({ identity, http }: ServingChange): Promise<void> {
    if (identity) requireCertificate(identity);
    if (http === false && !this.#options.https)
      throw new HttpError(500, "Failed to force https", "this server does not serve HTTPS");
    await this.#write({
      ...(identity && { Cert: identity.cert, Key: identity.key, SelfSigned: false }),
      ...(http !== undefined && { HTTPEnabled: http }),
    });
    await this.apply();
  }

  /** Applies the stored settings. Open connections are not affected. */
  async apply(): Promise<void> {
    const { Cert, Key, HTTPEnabled } = this.#record;
    if (this.#options.https && this.#listener) await this.#serveTls({ cert: Cert, key: Key });
    if (HTTPEnabled || !this.#options.https) await this.#openHttp();
    else this.#closeHttp();
  }

  async close(grace: number): Promise<void> {
    const ports = [this.#http, this.#https, ...this.#closing];
    await Promise.all(ports.map((port) => port?.close(grace)));
  }

  get #record(): SslRecord {
    return this.#store.ssl.get(1) ?? { Id: 1, Cert: "", Key: "", SelfSigned: true, HTTPEnabled: true };
  }

  /** Stores the certificate that was given at the start. Without one, and without a stored one, it generates one. */
  async #storeWhatWasAskedFor(): Promise<void> {
    const { https, httpDisabled } = this.#options;
    const stored = { cert: this.#record.Cert, key: this.#record.Key };
    const isOld =
      stored.cert === "" || (this.#record.SelfSigned && validFor(stored, Date.now()) < RENEWED_BEFORE);
    const given = https && givenIdentity(https);
    const identity = given ?? (https && isOld ? makeSelfSigned() : undefined);
    await this.#write({
      ...(identity && { Cert: identity.cert, Key: identity.key, SelfSigned: !given }),
      ...(httpDisabled !== undefined && { HTTPEnabled: !httpDisabled }),
    });
  }

  async #write(change: Partial<SslRecord>): Promise<void> {
    if (Object.keys(change).length === 0) return;
    await this.#store.change(() => this.#store.ssl.put(1, { ...this.#record, ...change }));
  }

  async #serveTls(identity: ServerCertificate): Promise<void> {
    if (this.#options.data !== undefined) {
      await replaceFile(join(this.#folder, "key.pem"), identity.key);
      await replaceFile(join(this.#folder, "cert.pem"), identity.cert);
    }
    if (this.#https) {
      this.#https.useCertificate(identity);
      return;
    }
    const { host = LOOPBACK, port = 0 } = this.#options.https ?? {};
    const { headTimeout } = this.#options;
    if (this.#listener) this.#https = await open(this.#listener, { host, port, tls: identity, headTimeout });
  }

  async #openHttp(): Promise<void> {
    if (this.#http || !this.#listener) return;
    const { host = LOOPBACK, headTimeout } = this.#options;
    this.#http = await open(this.#listener, { host, port: this.#httpPort, headTimeout });
    this.#httpPort = Number(new URL(this.#http.url).port);
  }

  /** Not awaited, because it waits for the request that asks for it. */
  #closeHttp(): void {
    const port = this.#http;
    this.#http = undefined;
    if (!port) return;
    this.#closing.add(port);
    void port.close(GRACE).then(() => this.#closing.delete(port));
  }
}

function givenIdentity({ cert, key }: HttpsOptions): ServerCertificate | undefined {
  if (cert === undefined && key === undefined) return undefined;
  const identity = { cert: cert ?? "", key: key ?? "" };
  requireUsable(identity);
  return identity;
}

function requireCertificate(identity: ServerCertificate): void {
  try {
    requireUsable(identity);
  } catch (cause) {
    throw new HttpError(500, "Failed to save certificate", (cause as Error).message, { cause });
  }
}
