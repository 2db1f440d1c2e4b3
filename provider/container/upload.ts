import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { ProviderError } from "../core/failure";
import { afterwards, type Place } from "../docker/place";
import type { ContainerSettled } from "./arguments";
import { type FileInput, type FileSpecification, fileSpecification } from "./arguments/files";
import { type FileVolume, mountFileVolumes } from "./file-volumes";
import { CREATE_LABEL, newCreateId } from "./labels";
import { freshName } from "./leftovers";
import { discard } from "./removal";
import { sendCreation } from "./send-creation";

/** How long it may take to remove the container through which files went, in seconds. */
const CLEAN_UP_SECONDS = 30;

/** The container that files are for. */
interface Target {
  readonly id: string;
  readonly image: string;
  readonly volumes: readonly FileVolume[];
}

/** Puts files into a container, all by one request. */
export async function uploadFiles(
  place: Place,
  target: Target,
  { name, readOnly }: Pick<ContainerSettled, "name" | "readOnly">,
  files: Readonly<Record<string, FileInput>>,
): Promise<void> {
  if (Object.keys(files).length === 0) return;
  const { docker, call } = place;
  const upload = await archive(files);
  const put = (id: string) =>
    docker.containers.putArchive({ params: { id }, query: { path: "/" }, upload }, call);
  if (readOnly) await throughHelper(place, target, name, put);
  else await put(target.id);
}

/**
 * An engine takes no files for a container with a read-only file system. So they go through another container, which
 * has the same volumes and is never started. A kill leaves it under a name by which the next `up` removes it.
 */
async function throughHelper(
  place: Place,
  { id, image, volumes }: Target,
  name: string,
  put: (id: string) => Promise<unknown>,
): Promise<void> {
  const createId = newCreateId();
  const body = { Image: image, Labels: { [CREATE_LABEL]: createId }, HostConfig: { VolumesFrom: [id] } };
  mountFileVolumes(
    body,
    volumes.map((volume) => ({ ...volume, readOnly: false })),
    createId,
  );
  const helper = await sendCreation(place, body, { name: freshName(name, createId), createId });
  try {
    await put(helper.id);
  } finally {
    await discard(afterwards(place, CLEAN_UP_SECONDS), helper.id, false);
  }
}

async function archive(files: Readonly<Record<string, FileInput>>): Promise<Buffer> {
  const tar = pack();
  for (const [path, file] of Object.entries(files)) {
    const { mode, uid, gid, content } = fileSpecification(file);
    tar.entry({ name: path.slice(1), mode, uid, gid }, await contentOf(path, content));
  }
  tar.finalize();
  return await buffer(tar);
}

async function contentOf(path: string, content: FileSpecification["content"]): Promise<Buffer> {
  if ("text" in content) return Buffer.from(content.text);
  if ("base64" in content) return Buffer.from(content.base64, "base64");
  const { text, path: source, uri } = content.asset;
  if (text !== undefined) return Buffer.from(text);
  if (source !== undefined) return await readFile(resolve(source));
  throw new ProviderError(
    `files["${path}"]: the content of ${uri ?? "this asset"} cannot be read here: use a FileAsset or a StringAsset`,
  );
}
