/** Where each of `files` has to be put, so that the container's process sees it at its path. */
import { posix } from "node:path";
import type { Properties } from "../../core/hidden";
import type { Failure } from "../../core/validate";
import { isObject } from "../argument";
import { canonicalVolume, type VolumeInput } from "./volume";

/** A folder that is a volume of the provider, because files in the container's own layer would not be seen there. */
export interface FileFolder {
  readonly path: string;
  /** As the rest of a container with `readOnly` is. Below a `tmpfs`, which is for writing, it is not. */
  readonly readOnly: boolean;
}

type Inputs = Readonly<Partial<Record<"files" | "readOnly" | "tmpfs" | "volumes", unknown>>>;

/** What the engine itself writes at every start, and the arguments that say what. */
const ENGINE_FILES: Readonly<Record<string, string>> = {
  "/etc/hosts": "`extraHosts`",
  "/etc/hostname": "`hostname`",
  "/etc/resolv.conf": "`dns`, `dnsSearch` and `dnsOptions`",
};
const ENGINE_FOLDERS = ["/dev", "/proc", "/sys"];

/** The folders that have to be volumes of the provider, sorted. A folder in another one of them is part of it. */
export function fileFolders(inputs: Inputs): FileFolder[] {
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

/** The files that no container can have at their paths. Values may be unknown; then nothing is said of them. */
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

function mountsOf({ volumes, tmpfs }: Inputs): Mount[] {
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

/** The mount that a path is in: of several the innermost. */
function mountOver(path: string, mounts: readonly Mount[]): Mount | undefined {
  return mounts
    .filter(({ target }) => isBelow(path, target))
    .sort((left, right) => right.target.length - left.target.length)[0];
}

const isBelow = (path: string, folder: string): boolean =>
  path.startsWith(folder === "/" ? "/" : `${folder}/`);

const asRecord = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {});

/** Whether a volume says where it is mounted; what is written wrongly is refused by the schema. */
function isReadable(volume: unknown): volume is VolumeInput {
  if (typeof volume === "string") return volume.includes(":/");
  return isObject(volume) && typeof volume["target"] === "string";
}
