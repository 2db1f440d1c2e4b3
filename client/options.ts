/** An API key, or a name and password, which the first call exchanges for a token. */
export type Credentials =
  | { readonly apiKey: string }
  | { readonly username: string; readonly password: string };

/** How a client reaches a Portainer server. */
export interface ClientOptions {
  /** The server's address, `https://portainer.example`. A sub-path is fine, a trailing slash or `/api` is ignored. */
  readonly url: string;
  /** Without credentials only public routes work. */
  readonly credentials?: Credentials | undefined;
  /** Headers for every request, for a proxy in front of the server. Not for Portainer's credentials. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The certificate authorities to trust, as PEM. @default those that Node.js trusts */
  readonly caCert?: string | undefined;
  /** The client certificate, as PEM. Needs `clientKey`. */
  readonly clientCert?: string | undefined;
  /** The key of `clientCert`, as PEM. */
  readonly clientKey?: string | undefined;
  /** Accepts any certificate of the server. @default false */
  readonly skipVerify?: boolean | undefined;
  /**
   * How long the server may be silent, in seconds, before a call fails. Calls that make an engine work get at least
   * 120 seconds; calls that stream have no limit. Waiting for a free connection does not count.
   *
   * @default 30
   */
  readonly requestTimeout?: number | undefined;
  /** How many requests may run at once; others wait. @default 8 */
  readonly concurrency?: number | undefined;
  /** Aborts every call of the client. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a single call. */
export interface CallOptions {
  /** Aborts the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Headers in addition to those of the client. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long the server may be silent, in seconds; 0 for no limit. @default by the route's pace */
  readonly timeout?: number | undefined;
  /** Whether to send credentials. @default true, but false for public routes */
  readonly authenticate?: boolean | undefined;
  /** Texts that errors must not show, although the request contains them and the server may repeat them. */
  readonly secrets?: readonly string[] | undefined;
}
