import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { engineApi } from "./engine-api";
import { composeConfig, engineUrl } from "./needs";

const execute = promisify(execFile);

/** The Compose files of applications, shortened, with stand-ins for their images. */
export const APPLICATIONS = [
  "gitea",
  "gluetun",
  "homeassistant",
  "immich",
  "mastodon",
  "monitoring",
  "nextcloud",
  "paperless",
  "specification",
  "traefik",
  "wordpress",
] as const;

/** A copy of these files, since an engine makes the folders that they mount. */
export async function applicationFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "applications-"));
  await cp(join(__dirname, "..", "stack", "compose"), path, { recursive: true });
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Runs `docker compose` for one project on the tests' engine. */
export async function dockerCompose(
  project: string,
  file: string,
  variables: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<string> {
  const env = { ...process.env, ...variables, DOCKER_HOST: engineUrl, DOCKER_CONFIG: composeConfig };
  const { stdout } = await execute("docker", ["compose", "-p", project, "-f", file, ...args], { env });
  return stdout;
}

type Json = Record<string, unknown>;
type Kind = "containers" | "networks" | "volumes";

/** What an engine shows of the objects of a project, by kind and name. */
export async function inspectProject(project: string): Promise<Record<string, Json>> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${project}`] }));
  const list = async (path: string) => JSON.parse((await engineApi("GET", path)).text) as unknown;
  const containers = (await list(`/containers/json?all=1&filters=${filters}`)) as { Names: string[] }[];
  const networks = (await list(`/networks?filters=${filters}`)) as { Name: string }[];
  const volumes = (await list(`/volumes?filters=${filters}`)) as { Volumes: { Name: string }[] | null };
  const names: [Kind, string, string][] = [
    ...containers.map(({ Names: [name = ""] }): [Kind, string, string] => [
      "containers",
      name.slice(1),
      "/json",
    ]),
    ...networks.map(({ Name }): [Kind, string, string] => ["networks", Name, ""]),
    ...(volumes.Volumes ?? []).map(({ Name }): [Kind, string, string] => ["volumes", Name, ""]),
  ];
  const shown = names.map(async ([kind, name, end]) => {
    const { body } = await engineApi("GET", `/${kind}/${name}${end}`);
    return [`${kind}/${name}`, body] as const;
  });
  return Object.fromEntries((await Promise.all(shown)).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** A value of an object of a project, by the path of its fields: `HostConfig.Memory`. */
export type Fields = ReadonlyMap<string, unknown>;

/** All values of an object, those inside of others too. Lists whose order means nothing are sorted. */
export function fieldsOf(value: unknown, path = ""): Map<string, unknown> {
  if (path.endsWith("Config.Env") && Array.isArray(value)) return fieldsOf(variablesIn(value), path);
  if (path.endsWith(".Aliases"))
    return new Map([[path, (value as string[] | null)?.filter((alias) => !SHORT_ID.test(alias)).sort()]]);
  if (path.endsWith(".depends_on")) return new Map([[path, String(value).split(",").sort()]]);
  if (Array.isArray(value) && value.every((item) => typeof item === "string"))
    return new Map([[path, ORDERED.test(path) ? value : [...value].sort()]]);
  const key = Array.isArray(value) ? KEYS.find(([end]) => path.endsWith(end))?.[1] : undefined;
  if (key !== undefined)
    return fieldsOf(Object.fromEntries((value as Json[]).map((item) => [String(item[key]), item])), path);
  if (typeof value !== "object" || value === null) return new Map([[path, value]]);
  const inner = Object.entries(value).flatMap(([name, field]) => [
    ...fieldsOf(field, path === "" ? name : `${path}.${name}`),
  ]);
  return new Map(inner.length > 0 ? inner : [[path, value]]);
}

/** Every container has its short id as an alias. */
const SHORT_ID = /^[0-9a-f]{12}$/;
/** By what the items of a list are known. */
const KEYS: readonly (readonly [end: string, key: string])[] = [
  ["HostConfig.Mounts", "Target"],
  ["Mounts", "Destination"],
  ["Ulimits", "Name"],
];

/** A variable without a value is none: the engine takes it away. */
const variablesIn = (list: readonly string[]): object =>
  Object.fromEntries(
    list.flatMap((text) =>
      text.includes("=") ? [[text.replace(/=.*/s, ""), text.replace(/^[^=]*=/, "")]] : [],
    ),
  );

const ORDERED = /(?:Cmd|Entrypoint|Test|Dns|DnsSearch|Args)$/;
