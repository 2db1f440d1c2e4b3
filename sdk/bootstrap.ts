import * as pulumi from "@pulumi/pulumi";
import { AdminUser, type AdminUserArgs } from "./admin-user";
import { ApiKey } from "./api-key";
import { Endpoint, type EndpointArgs } from "./endpoint";
import { Provider, type ProviderArgs } from "./provider";

/** How the server is reached is said as for a `Provider`: `url`, `caCert`, `headers` and so on. */
export interface BootstrapArgs<Name extends string = string>
  extends Omit<ProviderArgs, "apiKey" | "username" | "password" | "endpointId"> {
  /** The administrator's password: the one to set on a new server, or that of the existing administrator. Secret. */
  readonly password: pulumi.Input<string>;
  /** The administrator's name. @default "admin" */
  readonly username?: pulumi.Input<string>;
  /** How long to wait for a server that is still starting. @default "60s" */
  readonly startupTimeout?: AdminUserArgs["startupTimeout"];
  /** The description of the API key. @default the component's name */
  readonly keyDescription?: pulumi.Input<string>;
  /** The environments by name: the URL of an engine, or the arguments of an `Endpoint`. @default none */
  readonly endpoints?: Readonly<Record<Name, string | pulumi.Output<string> | EndpointArgs>>;
}

/**
 * A server that can be worked with, from an empty one in one `up`: its administrator, an API key, a Provider that uses the
 * key, and environments. On a server that has an administrator it takes over the one whose password is given. Destroying
 * it revokes the key and removes the environments; Portainer keeps its administrator.
 *
 * @example
 * ```ts
 * const office = new portainer.Bootstrap("office", {
 *   url: "https://portainer.example.com",
 *   password: config.requireSecret("password"),
 *   endpoints: {
 *     local: "unix:///var/run/docker.sock",
 *     edge: { url: "tcp://10.0.7.10:2376", tls: { caCert, clientCert, clientKey } },
 *   },
 * });
 * const { local } = office.endpoints;
 * new portainer.Container("web", { endpointId: local, image: "nginx:1.27" }, { provider: office.provider });
 * ```
 */
export class Bootstrap<Name extends string = never> extends pulumi.ComponentResource {
  /** The administrator. */
  readonly admin: AdminUser;
  /** A Provider that works with the API key. */
  readonly provider: Provider;
  /** The API key. Secret. */
  readonly apiKey: pulumi.Output<string>;
  /** The environments, by the names in the arguments. */
  readonly endpoints: Readonly<Record<Name, Endpoint>>;

  constructor(name: string, args: BootstrapArgs<Name>, options?: pulumi.ComponentResourceOptions) {
    super("portainer:index:Bootstrap", name, {}, options);
    const { password, username, startupTimeout, keyDescription, endpoints, ...server } = args;
    const child = { parent: this };

    // Nobody can log in to an empty server, so the administrator is made without credentials.
    const anonymous = new Provider(`${name}-setup`, server, child);
    this.admin = new AdminUser(
      `${name}-admin`,
      {
        password,
        ...(username !== undefined && { username }),
        ...(startupTimeout !== undefined && { startupTimeout }),
      },
      { ...child, provider: anonymous },
    );
    // Portainer makes an API key only for a password. All else uses the key, and so survives another password.
    const login = { username: this.admin.username, password: this.admin.password };
    const owner = new Provider(`${name}-owner`, { ...server, ...login }, child);
    const key = new ApiKey(
      `${name}-key`,
      { description: keyDescription ?? name },
      { ...child, provider: owner },
    );
    this.apiKey = key.rawKey;
    this.provider = new Provider(name, { ...server, apiKey: key.rawKey }, child);

    const entries = Object.entries<string | pulumi.Output<string> | EndpointArgs>(endpoints ?? {});
    this.endpoints = Object.fromEntries(
      entries.map(([environment, given]) => [
        environment,
        new Endpoint(
          `${name}-${environment}`,
          { name: environment, ...(isUrl(given) ? { url: given } : given) },
          { ...child, provider: this.provider },
        ),
      ]),
    ) as Record<Name, Endpoint>;
    this.registerOutputs({
      apiKey: this.apiKey,
      endpointIds: Object.fromEntries(
        Object.entries<Endpoint>(this.endpoints).map(([environment, { endpointId }]) => [
          environment,
          endpointId,
        ]),
      ),
    });
  }
}

const isUrl = (
  given: string | pulumi.Output<string> | EndpointArgs,
): given is string | pulumi.Output<string> => typeof given === "string" || pulumi.Output.isInstance(given);
