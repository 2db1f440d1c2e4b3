import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { engineSocket } from "./needs";

type Json = Record<string, never>;

/** Asks the engine itself, past the gateway: what a test claims is looked up where it is true. */
export const engineApi = engineAt(engineSocket);

/** The same for another engine than that of all tests. */
export function engineAt(socketPath: string) {
  return async (
    method: string,
    path: string,
    body?: object,
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; body: Json; text: string }> => {
    const isArchive = Buffer.isBuffer(body);
    const text = body === undefined || isArchive ? body : JSON.stringify(body);
    const call = request({
      socketPath,
      method,
      path,
      headers: {
        ...more,
        ...(text !== undefined && {
          "content-type": isArchive ? "application/x-tar" : "application/json",
          "content-length": Buffer.byteLength(text),
        }),
      },
    });
    call.end(text);
    const answer = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
      call.once("response", resolve);
      call.once("error", reject);
    });
    const raw = (await buffer(answer)).toString();
    const isStream = /\}\r?\n\{/.test(raw);
    const isJson = !isStream && (raw.startsWith("{") || raw.startsWith("["));
    return { status: answer.statusCode ?? 0, body: isJson ? JSON.parse(raw) : {}, text: raw };
  };
}

interface Inspect {
  readonly Id: string;
  readonly Name: string;
  readonly Config: Record<string, never>;
  readonly HostConfig: Record<string, never>;
  readonly State: {
    readonly Running: boolean;
    readonly Paused: boolean;
    readonly Status: string;
    readonly StartedAt: string;
  };
  readonly NetworkSettings: { readonly Networks: Record<string, Record<string, never>> };
  readonly Mounts: readonly { readonly Name?: string; readonly Destination: string }[];
}

/** The container of that name, if there is one. */
export async function inspect(name: string): Promise<Inspect | undefined> {
  const { status, body } = await engineApi("GET", `/containers/${name}/json`);
  return status === 200 ? (body as unknown as Inspect) : undefined;
}

/** What a command in a running container writes. */
export async function execute(name: string, ...Cmd: string[]): Promise<string> {
  const { body } = await engineApi("POST", `/containers/${name}/exec`, {
    Cmd,
    AttachStdout: true,
    Tty: true,
  });
  const { text } = await engineApi("POST", `/exec/${body["Id"]}/start`, { Tty: true });
  return text.trim();
}

/** The names of all volumes that begin so. */
export async function volumesLike(prefix: string): Promise<string[]> {
  const { body } = await engineApi("GET", "/volumes");
  const all = (body as unknown as { Volumes: { Name: string }[] | null }).Volumes ?? [];
  return all.map(({ Name }) => Name).filter((name) => name.startsWith(prefix));
}

/** The names of all containers, running or not, that begin so. */
export async function namesLike(prefix: string): Promise<string[]> {
  const { body } = await engineApi("GET", "/containers/json?all=1");
  const names = (body as unknown as { Names: string[] }[]).flatMap(({ Names }) =>
    Names.map((name) => name.slice(1)),
  );
  return names.filter((name) => name.startsWith(prefix)).sort();
}

/** Removes every container, volume and network whose name begins so. */
export async function sweep(prefix: string): Promise<void> {
  for (const name of await namesLike(prefix)) await engineApi("DELETE", `/containers/${name}?force=1&v=1`);
  for (const name of await volumesLike(prefix)) await engineApi("DELETE", `/volumes/${name}?force=1`);
  const networks = (await engineApi("GET", "/networks")).body as unknown as { Name: string }[];
  for (const { Name } of networks)
    if (Name.startsWith(prefix)) await engineApi("DELETE", `/networks/${Name}`);
}

/**
 * Removes a container and makes it anew by hand as another one was, with the labels by which the provider knows it.
 *
 * @param like what the engine showed of the other one.
 */
export async function makeAnew(name: string, like: object, keepsHostname = false): Promise<void> {
  const now = await inspect(name);
  const { Config, HostConfig } = like as Inspect;
  const { Hostname, ...config } = Config;
  const labels = {
    ...(now?.Config["Labels"] as unknown as object),
    ...(Config["Labels"] as unknown as object),
  };
  const own = Object.entries(now?.Config["Labels"] ?? {}).filter(([key]) => key.startsWith("io.pulumi."));
  await engineApi("DELETE", `/containers/${name}?force=1`);
  const created = await engineApi("POST", `/containers/create?name=${name}`, {
    ...config,
    ...(keepsHostname && { Hostname }),
    Labels: { ...labels, ...Object.fromEntries(own) },
    HostConfig: {
      ...(HostConfig as object),
      Links: (valueAt(HostConfig, "Links") as string[] | null)?.map(asLink),
    },
  });
  if (created.status !== 201) throw new Error(`${name} cannot be made anew: ${created.text}`);
  if (now?.State.Status !== "created") await engineApi("POST", `/containers/${name}/start`);
}

/** `/db:/web/data` is how the engine shows `db:data`. */
const asLink = (link: string): string => link.replace(/^\/([^:]+):.*\/(.+)$/, "$1:$2");

/** The value at a path of what the engine shows, `HostConfig.Memory`. */
export function valueAt(object: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
}

/** Whether all of the expected is there: properties of objects and items of lists; the engine adds to both. */
export function has(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && expected.every((item) => actual.some((other) => has(other, item)));
  }
  if (typeof expected !== "object" || expected === null) return actual === expected;
  return Object.entries(expected).every(([key, value]) => has((actual as never)?.[key], value));
}
