/**
 * How files reach a container, and the volumes for files that its own layer cannot hold. These volumes are deleted with
 * the container.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { isApiError } from "../../../client";
import type { ContainerInspect } from "../../../contract";
import { isNotFound, messageOf, ProviderError } from "../../core/errors";
import { repeatIfLost } from "../../core/lost-answer";
import { afterwards, type Engine } from "../engine";
import { labelsWith, URN_LABEL } from "../identity";
import type { ContainerInputs } from "./arguments";
import { at, type Wire } from "./arguments/argument";
import {
  type FileFolder,
  type FileInput,
  type FileSpecification,
  fileFolders,
  fileSpecification,
} from "./arguments/files";
import { FILES_LABEL } from "./arguments/storage";
import { discard, sendCreation } from "./calls";
import { CREATE_LABEL, labelsOf, newCreateId } from "./labels";
import { freshName } from "./leftovers";

interface FileVolume extends FileFolder {
  readonly name: string;
}

/** The file volumes of the container that the call with this id creates. */
export function fileVolumesFor(inputs: ContainerInputs, createId: string): FileVolume[] {
  return fileFolders(inputs).map((folder, index) => ({
    ...folder,
    name: `${inputs.name}.files-${createId}${index === 0 ? "" : `-${index + 1}`}`,
  }));
}

/** The file volumes of a container that is there. */
export function fileVolumesOf({ HostConfig }: ContainerInspect): FileVolume[] {
  const mounts = (at(HostConfig, ["Mounts"]) ?? []) as Wire[];
  return mounts.flatMap(({ Source, Target, ReadOnly, VolumeOptions }) =>
    at(VolumeOptions, ["Labels", FILES_LABEL]) === undefined
      ? []
      : [{ name: String(Source), path: String(Target), readOnly: ReadOnly === true }],
  );
}

/** Whether a container has a volume for each folder of its files that needs one. */
export function hasFileVolumes(container: ContainerInspect, inputs: ContainerInputs): boolean {
  const actual = fileVolumesOf(container);
  return fileFolders(inputs).every(({ path }) => actual.some((volume) => volume.path === path));
}

/**
 * Adds the volumes to a create body. The engine copies what the image has in a folder into its empty volume.
 *
 * @param createId marks the mounts as ours, not the program's.
 */
export function mountFileVolumes(body: Wire, volumes: readonly FileVolume[], createId: string): void {
  if (volumes.length === 0) return;
  const host = body["HostConfig"] as Wire | undefined;
  const mounts = volumes.map(({ name, path, readOnly }) => ({
    Type: "volume",
    Source: name,
    Target: path,
    ReadOnly: readOnly,
    VolumeOptions: { Labels: { [FILES_LABEL]: createId } },
  }));
  body["HostConfig"] = { ...host, Mounts: [...((host?.["Mounts"] ?? []) as Wire[]), ...mounts] };
}

/**
 * Volumes that the engine creates with the container would have no owner in Portainer, and only an administrator could
 * delete them. So we create them through Portainer first.
 */
export async function createFileVolumes(
  engine: Engine,
  volumes: readonly FileVolume[],
  createId: string,
): Promise<void> {
  const Labels = labelsWith({ [FILES_LABEL]: createId }, engine);
  for (const { name: Name } of volumes) {
    await repeatIfLost(() => engine.docker.volumes.create({ body: { Name, Labels } }, engine.call));
  }
}

/** Deletes the file volumes of a container that is gone, and unused ones of this resource that a killed run left. */
export async function removeFileVolumes({ docker, call, context }: Engine, createId: string): Promise<void> {
  const filters = JSON.stringify({ dangling: ["true"], label: [FILES_LABEL] });
  const { Volumes } = await docker.volumes.list({ query: { filters } }, call);
  for (const { Name, Labels } of Volumes ?? []) {
    const isOurs =
      Labels?.[FILES_LABEL] === createId ||
      (context.urn !== undefined && Labels?.[URN_LABEL] === context.urn);
    if (isOurs) await removeUnused({ docker, call }, Name);
  }
}

/** The same after a container was removed. A failure is only a warning: the next roll-out deletes what is left. */
export async function tidyUpAfter(engine: Engine, container: ContainerInspect): Promise<void> {
  if (fileVolumesOf(container).length === 0) return;
  try {
    await removeFileVolumes(engine, labelsOf(container)[CREATE_LABEL] ?? "");
  } catch (error) {
    engine.context.warn(`volumes of earlier \`files\` are still there: ${messageOf(error)}`);
  }
}

async function removeUnused({ docker, call }: Pick<Engine, "docker" | "call">, name: string): Promise<void> {
  try {
    await repeatIfLost(() => docker.volumes.delete({ params: { name } }, call));
  } catch (error) {
    const isUsed = isApiError(error) && error.status === 409;
    if (!isUsed && !isNotFound(error)) throw error;
  }
}

/** Time limit for removing the helper container, in seconds. */
const CLEAN_UP_SECONDS = 30;

/** The container to put files into. */
interface Target {
  readonly id: string;
  readonly image: string;
  readonly volumes: readonly FileVolume[];
}

/** Puts files into a container, all in one request. */
export async function uploadFiles(
  engine: Engine,
  target: Target,
  { name, readOnly }: Pick<ContainerInputs, "name" | "readOnly">,
  files: Readonly<Record<string, FileInput>>,
): Promise<void> {
  if (Object.keys(files).length === 0) return;
  const { docker, call } = engine;
  const upload = await archive(files);
  const put = (id: string) =>
    docker.containers.putArchive({ params: { id }, query: { path: "/" }, upload }, call);
  if (readOnly) await throughHelper(engine, target, name, put);
  else await put(target.id);
}

/**
 * An engine takes no files for a container with a read-only file system. So they go through a helper container, which
 * has the same volumes and is never started. If a kill leaves the helper, its temporary name lets the next `up` remove
 * it.
 */
async function throughHelper(
  engine: Engine,
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
  const helper = await sendCreation(engine, body, { name: freshName(name, createId), createId });
  try {
    await put(helper.id);
  } finally {
    await discard(afterwards(engine, CLEAN_UP_SECONDS), helper.id, false);
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
