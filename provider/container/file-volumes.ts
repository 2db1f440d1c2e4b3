/** The volumes in which the provider puts `files` that a container's own layer cannot hold. They go with the container. */
import { isApiError } from "../../client";
import type { ContainerInspect } from "../../contract";
import { messageOf } from "../core/failure";
import { isNotFound } from "../core/gone";
import { repeatIfLost } from "../core/lost";
import { labelsWith } from "../docker/fixed";
import { URN_LABEL } from "../docker/identity";
import type { Place } from "../docker/place";
import { at, type Wire } from "./argument";
import type { ContainerSettled } from "./arguments";
import { type FileFolder, fileFolders } from "./arguments/file-placement";
import { FILES_LABEL } from "./arguments/volume";
import { CREATE_LABEL, labelsOf } from "./labels";

export interface FileVolume extends FileFolder {
  readonly name: string;
}

/** The volumes that a container needs which is created by the call of that id. */
export function fileVolumesFor(inputs: ContainerSettled, createId: string): FileVolume[] {
  return fileFolders(inputs).map((folder, index) => ({
    ...folder,
    name: `${inputs.name}.files-${createId}${index === 0 ? "" : `-${index + 1}`}`,
  }));
}

/** The volumes that a container has. */
export function fileVolumesOf({ HostConfig }: ContainerInspect): FileVolume[] {
  const mounts = (at(HostConfig, ["Mounts"]) ?? []) as Wire[];
  return mounts.flatMap(({ Source, Target, ReadOnly, VolumeOptions }) =>
    at(VolumeOptions, ["Labels", FILES_LABEL]) === undefined
      ? []
      : [{ name: String(Source), path: String(Target), readOnly: ReadOnly === true }],
  );
}

/** Whether a container has a volume for each folder of its files that needs one. */
export function hasFileVolumes(container: ContainerInspect, inputs: ContainerSettled): boolean {
  const actual = fileVolumesOf(container);
  return fileFolders(inputs).every(({ path }) => actual.some((volume) => volume.path === path));
}

/**
 * Adds the volumes to the body of a creation. The engine copies what the image has in a folder into its empty volume.
 *
 * @param createId marks the mounts as ours: no program asks for them.
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

/** Left to the engine, they would belong to nobody in Portainer, and only an administrator could delete them. */
export async function createFileVolumes(
  place: Place,
  volumes: readonly FileVolume[],
  createId: string,
): Promise<void> {
  const Labels = labelsWith({ [FILES_LABEL]: createId }, place);
  for (const { name: Name } of volumes) {
    await repeatIfLost(() => place.docker.volumes.create({ body: { Name, Labels } }, place.call));
  }
}

/**
 * Deletes the volumes of a container that is gone, and others of this resource that no container has: what a kill has
 * left.
 */
export async function removeFileVolumes({ docker, call, context }: Place, createId: string): Promise<void> {
  const filters = JSON.stringify({ dangling: ["true"], label: [FILES_LABEL] });
  const { Volumes } = await docker.volumes.list({ query: { filters } }, call);
  for (const { Name, Labels } of Volumes ?? []) {
    const isOurs =
      Labels?.[FILES_LABEL] === createId ||
      (context.urn !== undefined && Labels?.[URN_LABEL] === context.urn);
    if (isOurs) await removeUnused({ docker, call }, Name);
  }
}

/** The same after a container was removed that the engine has shown. What cannot be deleted now is at the next roll-out. */
export async function tidyUpAfter(place: Place, container: ContainerInspect): Promise<void> {
  if (fileVolumesOf(container).length === 0) return;
  try {
    await removeFileVolumes(place, labelsOf(container)[CREATE_LABEL] ?? "");
  } catch (error) {
    place.context.warn(`volumes of earlier \`files\` are still there: ${messageOf(error)}`);
  }
}

async function removeUnused({ docker, call }: Pick<Place, "docker" | "call">, name: string): Promise<void> {
  try {
    await repeatIfLost(() => docker.volumes.delete({ params: { name } }, call));
  } catch (error) {
    const isUsed = isApiError(error) && error.status === 409;
    if (!isUsed && !isNotFound(error)) throw error;
  }
}
