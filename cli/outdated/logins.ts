import { readFileSync } from "node:fs";
import { UsageError } from "../usage-error";

/** Names and passwords, by the registry as image names begin with it. */
export type RegistryLogins = Readonly<
  Record<string, { readonly username: string; readonly password: string }>
>;

const DOCKER_HUB = "docker.io";

/** How Docker's own configuration names Docker Hub. */
const HUB_KEY = /^(?:https:\/\/)?(?:index\.|registry-1\.)?docker\.io(?:\/v1\/?)?$/;

/** As much of it as counts here. */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string } | null>>;
}

/** The logins in a `config.json` as `docker login` writes it. What a credential helper keeps is not in it. */
export function readLogins(file: string): RegistryLogins {
  const { auths = {} } = parse(file);
  const logins = Object.entries(auths).flatMap(([registry, login]) => {
    const pair = Buffer.from(login?.auth ?? "", "base64").toString();
    const [, username, password] = /^([^:]+):(.+)$/s.exec(pair) ?? [];
    if (username === undefined || password === undefined) return [];
    return [[HUB_KEY.test(registry) ? DOCKER_HUB : bare(registry), { username, password }] as const];
  });
  return Object.fromEntries(logins);
}

function parse(file: string): DockerConfig {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as DockerConfig;
  } catch {
    // What the file holds is secret, and a parser's message quotes it.
    throw new UsageError(
      `--docker-config ${file}: there is no such file, or it is no config.json of Docker.`,
      3,
    );
  }
}

const bare = (registry: string): string => registry.replace(/^https?:\/\//, "").replace(/\/.*$/, "");

/** The registry of an image: what stands before the first slash, if it looks like a host. */
export function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : DOCKER_HUB;
}
