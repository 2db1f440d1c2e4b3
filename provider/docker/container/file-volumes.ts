/**
 * Where a container's files are: in its own layer, in a volume of the program's, or in a volume that the provider makes
 * because the container's own layer cannot hold them. Such a volume is deleted with the container.
 */
import { posix } from "node:path";
import { isApiError } from "../../../client";
import type { ContainerInspect } from "../../../contract";
import { isEnvironmentGone, isNotFound, messageOf } from "../../core/errors";
import { repeatIfLost } from "../../core/lost-answer";
import type { Properties } from "../../core/properties";
import type { Failure } from "../../core/validate";
import type { Engine } from "../engine";
import { labelsWith, URN_LABEL } from "../identity";
import { canonicalVolume, FILES_LABEL, type VolumeInput } from "./arguments/storage";
import { CREATE_LABEL, labelsOf } from "./labels";
import { at, isObject, type Wire } from "./wire";

/**
 * A folder for which the provider makes a volume, because files in the container's own layer would not be visible
 * there.
 */
interface FileFolder {
  readonly path: string;
  /**
   * True in a container with `readOnly`, like the rest of its file system. False below a `tmpfs`, which is writable.
   */
  readonly readOnly: boolean;
}

/** The inputs that decide where files can be; in a check, of any form. */
type Placement = Readonly<Partial<Record<"files" | "readOnly" | "tmpfs" | "volumes", unknown>>>;

/** The files that the engine writes at every start, and the arguments that determine their content. */
const ENGINE_FILES: Readonly<Record<string, string>> = {
  "/etc/hosts": "`extraHosts`",
  "/etc/hostname": "`hostname`",
  "/etc/resolv.conf": "`dns`, `dnsSearch` and `dnsOptions`",
};
const ENGINE_FOLDERS = ["/dev", "/proc", "/sys"];

/** The folders that need a volume of the provider, sorted. A folder inside another one of them is left out. */
export function fileFolders(inputs: Placement): FileFolder[] {
  const mounts = mountsOf(inputs);
  const folders = new Map<string, { mount: Mount | undefined }>();
  for (const path of Object.keys(asRecord(inputs.files))) {
    const mount = mountOver(path, mounts);
    const isHidden = mount === undefined ? inputs.readOnly === true : mount.type === "tmpfs";
    if (isHidden) folders.set(posix.dirname(path), { mount });
  }
  const isPart = (path: string, mount: Mount | undefined) =>
    [...folders].some(([other, { mount: same }]) => same === mount && isBelow(path, other));
  return [...folders]
    .filter(([path, { mount }]) => !isPart(path, mount))
    .map(([path, { mount }]) => ({ path, readOnly: mount === undefined }))
    .sort((left, right) => left.path.localeCompare(right.path));
}

/** The files that a container cannot have at their paths. Unknown values are not checked. */
export function misplacedFiles(inputs: Properties): Failure[] {
  const mounts = mountsOf(inputs);
  const failures = Object.keys(asRecord(inputs["files"])).flatMap((path) => {
    const reason = whyNot(path, inputs["readOnly"] === true, mounts);
    return reason === undefined ? [] : [{ property: `files[${JSON.stringify(path)}]`, reason }];
  });
  const [folder] = fileFolders(inputs);
  if (inputs["autoRemove"] === true && folder && failures.length === 0) {
    const reason = `the files in ${folder.path} are in a volume of the provider, which would stay when the engine removes the container by itself: drop autoRemove`;
    return [{ property: "autoRemove", reason }];
  }
  return failures;
}

function whyNot(path: string, isReadOnly: boolean, mounts: readonly Mount[]): string | undefined {
  const setting = ENGINE_FILES[path];
  if (setting !== undefined) return `the engine writes this file at every start: set ${setting}`;
  const engines = ENGINE_FOLDERS.find((folder) => path === folder || isBelow(path, folder));
  if (engines !== undefined)
    return `the engine fills ${engines} at every start, and the file would not be seen: choose another folder`;
  if (mounts.some(({ target }) => target === path || isBelow(target, path)))
    return "something is mounted there: choose another path";
  const mount = mountOver(path, mounts);
  const folder = posix.dirname(path);
  if (mount === undefined)
    return isReadOnly && folder === "/"
      ? "with `readOnly` a file needs a folder, which becomes a volume of the provider: put it into one"
      : undefined;
  if (mount.type === "tmpfs" && folder === mount.target)
    return `${mount.target} is a tmpfs, which is empty at every start: put the file into a folder of its own in it, such as ${posix.join(folder, "files", posix.basename(path))}`;
  if (mount.readOnly)
    return `${mount.target} is mounted read-only, so no file can be put there: mount it writable, or choose another folder`;
  return undefined;
}

interface Mount {
  readonly type: string;
  readonly target: string;
  readonly readOnly: boolean;
}

function mountsOf({ volumes, tmpfs }: Placement): Mount[] {
  const given = (Array.isArray(volumes) ? volumes : []).filter(isReadable).map((volume) => {
    const { Type, Target, ReadOnly } = canonicalVolume(volume);
    return {
      type: String(Type),
      target: String(Target),
      readOnly: ReadOnly === true || Type === "image",
    };
  });
  const memory = Object.keys(asRecord(tmpfs)).map((path) => posix.join(path, "."));
  return [...given, ...memory.map((target) => ({ type: "tmpfs", target, readOnly: false }))];
}

/** The mount that contains a path; if several do, the innermost one. */
function mountOver(path: string, mounts: readonly Mount[]): Mount | undefined {
  return mounts
    .filter(({ target }) => isBelow(path, target))
    .sort((left, right) => right.target.length - left.target.length)[0];
}

const isBelow = (path: string, folder: string): boolean =>
  path.startsWith(folder === "/" ? "/" : `${folder}/`);

const asRecord = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {});

/** Whether a volume has a target. The schema reports malformed volumes. */
function isReadable(volume: unknown): volume is VolumeInput {
  if (typeof volume === "string") return volume.includes(":/");
  return isObject(volume) && typeof volume["target"] === "string";
}

export interface FileVolume extends FileFolder {
  readonly name: string;
}

/** The file volumes of the container that the call with this id creates. */
export function fileVolumesFor(
  inputs: Placement & { readonly name: string },
  createId: string,
): FileVolume[] {
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
export function hasFileVolumes(container: ContainerInspect, inputs: Placement): boolean {
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
    if (!isUsed && !(isNotFound(error) && !isEnvironmentGone(error))) throw error;
  }
}
