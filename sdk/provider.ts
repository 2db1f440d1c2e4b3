import * as pulumi from "@pulumi/pulumi";
import { allOf } from "./properties";

/**
 * How to reach a Portainer server, and as whom. Whatever is left out comes from stack config (`portainer:url`) and
 * the environment (`PORTAINER_URL`); but a Provider that names a `url` takes no credentials from there, because
 * they belong to another server. A changed setting never replaces a resource.
 */
export interface ProviderArgs {
  /** The server's address, a sub-path included: `https://portainer.example.com`. */
  readonly url?: pulumi.Input<string>;
  /** An API key (`X-API-Key`). Not together with a username. Secret. */
  readonly apiKey?: pulumi.Input<string>;
  /** The user to log in as, once per process. */
  readonly username?: pulumi.Input<string>;
  /** That user's password. Secret. */
  readonly password?: pulumi.Input<string>;
  /** The environment for resources that name none. */
  readonly endpointId?: pulumi.Input<number | string> | pulumi.CustomResource;
  /** The authority that signed the server's certificate, as PEM. @default the system's authorities */
  readonly caCert?: pulumi.Input<string>;
  /** A client certificate for a proxy that asks for one, as PEM. */
  readonly clientCert?: pulumi.Input<string>;
  /** The client certificate's key, as PEM. Secret. */
  readonly clientKey?: pulumi.Input<string>;
  /** Accept any certificate of the server. @default false */
  readonly skipVerify?: pulumi.Input<boolean>;
  /** Further headers for every request, such as those of an access proxy. Secret. */
  readonly headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** The token that newer servers print in their log for the first initialisation. Secret. */
  readonly setupToken?: pulumi.Input<string>;
  /** How long an ordinary request may take, in seconds. @default 30 */
  readonly requestTimeout?: pulumi.Input<number>;
  /** How many requests may be under way at once. @default 8 */
  readonly concurrency?: pulumi.Input<number>;
  /** Leave resources on an environment that cannot be reached as they are, at refresh and `up`. @default false */
  readonly skipUnreachable?: pulumi.Input<boolean>;
  /** Forget resources on an environment that cannot be reached at `destroy`. @default false */
  readonly deleteUnreachable?: pulumi.Input<boolean>;
}

const SECRETS: readonly string[] = ["apiKey", "password", "clientKey", "headers", "setupToken"];
const CREDENTIALS: readonly string[] = ["apiKey", "username", "password"];
const KEYS = allOf<ProviderArgs>()(
  "url",
  "apiKey",
  "username",
  "password",
  "endpointId",
  "caCert",
  "clientCert",
  "clientKey",
  "skipVerify",
  "headers",
  "setupToken",
  "requestTimeout",
  "concurrency",
  "skipUnreachable",
  "deleteUnreachable",
);

export class Provider extends pulumi.ProviderResource {
  private static readonly brand = Symbol.for("pulumi-portainer.Provider");

  /** Whether it is a Provider of this package, also of another copy of it. */
  static owns(value: object): value is Provider {
    return Provider.brand in value;
  }

  constructor(name: string, args: ProviderArgs = {}, options?: pulumi.ResourceOptions) {
    super("pulumi-nodejs", name, settings(args), options);
    Object.defineProperty(this, Provider.brand, { value: true });
  }
}

/**
 * The plugin of an explicit provider sees no stack config, so what a program leaves out is filled in here, unless it
 * names a url: what stands in stack config then belongs to another server, as does the environment.
 */
function settings(args: ProviderArgs): Record<string, pulumi.Input<string>> {
  const given = new Map<string, unknown>(Object.entries(args).filter(([, value]) => value !== undefined));
  const isExplicit = given.has("url");
  const all = isExplicit ? given : new Map([...fromStackConfig(given), ...given]);
  return {
    ...Object.fromEntries([...all].map(([key, value]) => [`portainer:${key}`, text(key, value)])),
    "portainer:explicit": String(isExplicit),
  };
}

/** Credentials come as a group from one place. */
function fromStackConfig(given: ReadonlyMap<string, unknown>): Map<string, unknown> {
  const config = new pulumi.Config("portainer");
  const ownsCredentials = CREDENTIALS.some((key) => given.has(key));
  const open = KEYS.filter((key) => !ownsCredentials || !CREDENTIALS.includes(key));
  const found = open.map(
    (key) => [key, SECRETS.includes(key) ? config.getSecret(key) : config.get(key)] as const,
  );
  return new Map(found.filter(([, value]) => value !== undefined));
}

/** Settings travel as text: lists and maps as JSON, a resource as its id. */
function text(key: string, value: unknown): pulumi.Output<string> {
  const plain: pulumi.Output<unknown> = pulumi.CustomResource.isInstance(value)
    ? value.id
    : pulumi.output(value);
  const asText = plain.apply((known) => (typeof known === "string" ? known : JSON.stringify(known)));
  return SECRETS.includes(key) ? pulumi.secret(asText) : asText;
}
