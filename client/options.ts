/** How to prove who asks: an API key, or a name and password that are exchanged for a token at the first call. */
export type Credentials =
  | { readonly apiKey: string }
  | { readonly username: string; readonly password: string };

/** How a client reaches a Portainer server. */
export interface ClientOptions {
  /** The server's address, `https://portainer.example`. A sub-path is fine, a trailing slash or `/api` is ignored. */
  readonly url: string;
  /** Without them only public routes work. */
  readonly credentials?: Credentials | undefined;
  /** Sent with every request, for a proxy in front of the server. Not for credentials. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The authorities to trust, as PEM. @default those that Node.js trusts */
  readonly caCert?: string | undefined;
  /** The certificate with which the client itself is known to the server, as PEM. Needs `clientKey`. */
  readonly clientCert?: string | undefined;
  /** The key of `clientCert`, as PEM. */
  readonly clientKey?: string | undefined;
  /** Trusts any certificate of the server. @default false */
  readonly skipVerify?: boolean | undefined;
  /**
   * How long the server may be silent, in seconds, before a call fails. Calls that make an engine work have at
   * least 120 seconds, calls that stream have no limit. Waiting for a free connection does not count.
   *
   * @default 30
   */
  readonly requestTimeout?: number | undefined;
  /** How many requests may be under way at once; more wait. @default 8 */
  readonly concurrency?: number | undefined;
  /** Ends every call of the client. */
  readonly signal?: AbortSignal | undefined;
}

/** What may be said of a single call. */
export interface CallOptions {
  /** Ends the call; it then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Sent besides those of the client. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long the server may be silent, in seconds; 0 for no limit. @default by the route's pace */
  readonly timeout?: number | undefined;
  /** Whether to send credentials. @default true, but false for public routes */
  readonly authenticate?: boolean | undefined;
  /** Texts that must not show in an error, although the request holds them and the server may repeat them. */
  readonly secrets?: readonly string[] | undefined;
}
