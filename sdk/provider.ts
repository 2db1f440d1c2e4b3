import * as pulumi from "@pulumi/pulumi";
import type { SettingKey } from "../provider/core/connection-settings";
import { allOf } from "./properties";

/**
 * The address of a Portainer server, and the credentials for it. Settings that are left out come from stack config
 * (`portainer:url`) or environment variables (`PORTAINER_URL`). A Provider that sets `url` takes nothing from there,
 * because those settings may belong to another server. A changed setting never replaces a resource.
 */
export interface ProviderArgs {
  /** The server's address, with the sub-path if it has one: `https://portainer.example.com`. */
  readonly url?: pulumi.Input<string>;
  /** An API key (`X-API-Key`). Cannot be combined with `username` and `password`. Secret. */
  readonly apiKey?: pulumi.Input<string>;
  /** The user to log in as, once per process. */
  readonly username?: pulumi.Input<string>;
  /** That user's password. Secret. */
  readonly password?: pulumi.Input<string>;
  /** The environment for resources that do not set `endpointId`. */
  readonly endpointId?: pulumi.Input<number | string> | pulumi.CustomResource;
  /** The authority that signed the server's certificate, as PEM. @default the system's authorities */
  readonly caCert?: pulumi.Input<string>;
  /** A client certificate for a proxy that asks for one, as PEM. */
  readonly clientCert?: pulumi.Input<string>;
  /** The client certificate's key, as PEM. Secret. */
  readonly clientKey?: pulumi.Input<string>;
  /** Accept any certificate from the server. @default false */
  readonly skipVerify?: pulumi.Input<boolean>;
  /** Extra headers for every request, such as those for an access proxy. Secret. */
  readonly headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** The token that newer servers print in their log and require for initialisation. Secret. */
  readonly setupToken?: pulumi.Input<string>;
  /** The time limit of an ordinary request, in seconds. @default 30 */
  readonly requestTimeout?: pulumi.Input<number>;
  /** The maximum number of concurrent requests. @default 8 */
  readonly concurrency?: pulumi.Input<number>;
  /** Keep resources on an unreachable environment as they are, at refresh and `up`. @default false */
  readonly skipUnreachable?: pulumi.Input<boolean>;
  /** Forget resources on an unreachable environment at `destroy`. @default false */
  readonly deleteUnreachable?: pulumi.Input<boolean>;
}

const SECRETS: readonly string[] = ["apiKey", "password", "clientKey", "headers", "setupToken"];
const CREDENTIALS: readonly string[] = ["apiKey", "username", "password"];
const KEYS = allOf<ProviderArgs & Record<SettingKey, unknown>>()(
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

/** Settings as texts, by their names in stack config: `portainer:url`. */
export type ProviderSettings = Readonly<Record<string, pulumi.Input<string>>>;

export class Provider extends pulumi.ProviderResource {
  private static readonly brand = Symbol.for("pulumi-portainer.Provider");
  /** The settings as texts, by their names in stack config: for the functions, which run in the program. */
  declare private readonly texts: ProviderSettings;

  /** Whether it is a Provider of this package or of another copy of this package. */
  static owns(value: object): value is Provider {
    return Provider.brand in value;
  }

  constructor(name: string, args: ProviderArgs = {}, options?: pulumi.ResourceOptions) {
    const texts = settings(args);
    super("pulumi-nodejs", name, texts, options);
    Object.defineProperty(this, Provider.brand, { value: true });
    Object.defineProperty(this, "texts", { value: texts });
  }

  /** The settings of a Provider, or without one those of stack config. */
  static settingsOf(provider: Provider | undefined): ProviderSettings {
    return provider?.texts ?? settings({});
  }
}

/**
 * The process of an explicit provider does not see stack config, so we fill in the settings that a program leaves out.
 * Not if the program sets a url: stack config and environment variables may then belong to another server.
 */
function settings(args: ProviderArgs): ProviderSettings {
  const given = new Map<string, unknown>(Object.entries(args).filter(([, value]) => value !== undefined));
  const isExplicit = given.has("url");
  const all = isExplicit ? given : new Map([...fromStackConfig(given), ...given]);
  return {
    ...Object.fromEntries([...all].map(([key, value]) => [`portainer:${key}`, text(key, value)])),
    "portainer:explicit": String(isExplicit),
  };
}

/** The settings in stack config. All credentials come from one source, so none if the program sets any. */
function fromStackConfig(given: ReadonlyMap<string, unknown>): Map<string, unknown> {
  const config = new pulumi.Config("portainer");
  const ownsCredentials = CREDENTIALS.some((key) => given.has(key));
  const open = KEYS.filter((key) => !ownsCredentials || !CREDENTIALS.includes(key));
  const found = open.map(
    (key) => [key, SECRETS.includes(key) ? config.getSecret(key) : config.get(key)] as const,
  );
  return new Map(found.filter(([, value]) => value !== undefined));
}

/** A setting as text, as Pulumi passes it to a provider: lists and maps as JSON, a resource as its id. */
function text(key: string, value: unknown): pulumi.Output<string> {
  const plain: pulumi.Output<unknown> = pulumi.CustomResource.isInstance(value)
    ? value.id
    : pulumi.output(value);
  const asText = plain.apply((known) => (typeof known === "string" ? known : JSON.stringify(known)));
  return SECRETS.includes(key) ? pulumi.secret(asText) : asText;
}
