import { request } from "node:http";
import { text } from "node:stream/consumers";

interface EngineAnswer {
  readonly status: number;
  readonly json: unknown;
}

/** Asks the engine on a socket directly. */
export async function askEngine(socketPath: string, method: string, path: string): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      socketPath,
      method,
      path,
      agent: false,
      headers: { host: "docker", "content-length": 0 },
    });
    outgoing.on("error", reject);
    outgoing.on("response", async (response) => {
      const body = await text(response);
      resolve({
        status: response.statusCode ?? 0,
        json: body.startsWith("{") || body.startsWith("[") ? JSON.parse(body) : undefined,
      });
    });
    outgoing.end();
  });
}

/** The image that the recordings use. */
const IMAGE = "busybox:local";

export async function ensureImage(socketPath: string, source: string): Promise<void> {
  const known = await askEngine(socketPath, "GET", `/images/${IMAGE}/json`);
  if (known.status === 200) return;
  const [repo, tag] = IMAGE.split(":");
  await askEngine(socketPath, "POST", `/images/${source}/tag?repo=${repo}&tag=${tag}`);
}

interface Item {
  readonly Id?: string;
  readonly ID?: string;
  readonly Name?: string;
  readonly Names?: readonly string[];
  readonly RepoTags?: readonly string[] | null;
  readonly Labels?: Record<string, string> | null;
  readonly Spec?: { readonly Name: string };
}

const isTwin = (name: string | undefined): boolean => name?.replace(/^\//, "").startsWith("twin") ?? false;

/** Removes what a recording has made: everything named `twin…`. */
export async function sweep(socketPath: string): Promise<void> {
  const list = async (path: string): Promise<Item[]> => {
    const { status, json } = await askEngine(socketPath, "GET", path);
    const found = status === 200 ? json : [];
    return Array.isArray(found) ? found : ((found as { Volumes?: Item[] | null }).Volumes ?? []);
  };
  const remove = (path: string) => askEngine(socketPath, "DELETE", path);
  for (const { ID, Spec } of await list("/services")) if (isTwin(Spec?.Name)) await remove(`/services/${ID}`);
  for (const { Id, Names, Labels } of await list("/containers/json?all=1"))
    if (Names?.some(isTwin) || Labels?.["twin"]) await remove(`/containers/${Id}?force=1&v=1`);
  for (const { Id, Name } of await list("/networks")) if (isTwin(Name)) await remove(`/networks/${Id}`);
  for (const { Name } of await list("/volumes")) if (isTwin(Name)) await remove(`/volumes/${Name}?force=1`);
  for (const kind of ["secrets", "configs"])
    for (const { ID, Spec } of await list(`/${kind}`)) if (isTwin(Spec?.Name)) await remove(`/${kind}/${ID}`);
  for (const { RepoTags } of await list("/images/json"))
    for (const tag of RepoTags?.filter(isTwin) ?? []) await remove(`/images/${encodeURIComponent(tag)}`);
}
