/** The files of a container: their content, and where they are stored so that the container's process sees them. */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { asset } from "@pulumi/pulumi";
import { z } from "zod";
import type { Properties } from "../../../core/properties";
import type { Failure } from "../../../core/validate";
import { type Argument, isObject } from "./argument";
import { canonicalVolume, type VolumeInput } from "./storage";

/**
 * A folder for which the provider makes a volume, because files in the container's own layer would not be visible
 * there.
 */
export interface FileFolder {
  readonly path: string;
  /**
   * True in a container with `readOnly`, like the rest of its file system. False below a `tmpfs`, which is writable.
   */
  readonly readOnly: boolean;
}

type Inputs = Readonly<Partial<Record<"files" | "readOnly" | "tmpfs" | "volumes", unknown>>>;

/** The files that the engine writes at every start, and the arguments that determine their content. */
const ENGINE_FILES: Readonly<Record<string, string>> = {
  "/etc/hosts": "`extraHosts`",
  "/etc/hostname": "`hostname`",
  "/etc/resolv.conf": "`dns`, `dnsSearch` and `dnsOptions`",
};
const ENGINE_FOLDERS = ["/dev", "/proc", "/sys"];

/** The folders that need a volume of the provider, sorted. A folder inside another one of them is left out. */
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

/** The keys by which Pulumi marks an asset in the inputs of a provider. */
const ASSET_KEY = "4dabf18193072939515e22adb298388d";
const ASSET_SIGNATURE = "c44067f5952c0a294b673a41bacd8c17";

const WireAsset = z.looseObject({
  [ASSET_KEY]: z.literal(ASSET_SIGNATURE),
  hash: z.string().optional(),
  text: z.string().optional(),
  path: z.string().optional(),
  uri: z.string().optional(),
});
type WireAsset = { hash?: string; text?: string; path?: string; uri?: string };

/** A program passes one of Pulumi's assets; the provider receives Pulumi's serialized form. */
const Asset: z.ZodType<WireAsset, asset.Asset> = WireAsset as never;

const OnChange = z.union([
  z.enum(["restart", "none"]),
  z.strictObject({
    /** The signal to send, such as `"SIGHUP"`. */
    signal: z.string(),
  }),
]);
type OnChange = z.infer<typeof OnChange>;

const FileSchema = z
  .strictObject({
    /** The content, as text. */
    content: z.string().optional(),
    /** The content, in base64. */
    contentBase64: z.base64("is not base64").optional(),
    /** The content, as an asset: `new pulumi.asset.FileAsset("./nginx.conf")`. */
    source: Asset.optional(),
    /** The file mode, such as 0o600. @default 0o644 */
    mode: z.int().min(0).max(0o7777).optional(),
    /** The owner's user id. @default 0 */
    uid: z.int().nonnegative().optional(),
    /** The group id. @default 0 */
    gid: z.int().nonnegative().optional(),
    /** What to do with a running container when the file changes. @default "restart" */
    onChange: OnChange.optional(),
  })
  .refine(
    ({ content, contentBase64, source }) =>
      [content, contentBase64, source].filter((given) => given !== undefined).length === 1,
    "a file has exactly one of `content`, `contentBase64` and `source`",
  );

export const fileFields = {
  /**
   * Files to upload before the container starts. Each path maps to a text, an asset, or `{ content | contentBase64 |
   * source, mode, uid, gid, onChange }`. A new or changed file is uploaded in place, and the container restarts unless
   * `onChange` says otherwise; removing a file recreates the container. With `readOnly`, or below a `tmpfs`, the
   * files are in a volume that the provider makes and that is deleted with the container. Files in another volume or
   * in a folder of the host stay there after a delete. Docker: `PUT /containers/{id}/archive`.
   */
  files: z
    .record(
      z.string().regex(/^\/(?!.*(?:^|\/)\.\.?(?:\/|$)).*[^/]$/, "a file's path is absolute, without `..`"),
      z.union([z.string(), FileSchema, Asset]),
    )
    .optional(),
};
export type FileInput = string | z.infer<typeof FileSchema> | WireAsset;

const isAsset = (file: object): file is WireAsset => ASSET_KEY in file;

/** A file's content and attributes in one form, however the program writes the file. */
export interface FileSpecification {
  readonly content: { readonly text: string } | { readonly base64: string } | { readonly asset: WireAsset };
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly onChange: OnChange;
}

const DEFAULTS = { mode: 0o644, uid: 0, gid: 0, onChange: "restart" } as const;

export function fileSpecification(file: FileInput): FileSpecification {
  if (typeof file === "string") return { ...DEFAULTS, content: { text: file } };
  if (isAsset(file)) return { ...DEFAULTS, content: { asset: file } };
  const { content, contentBase64, source, ...rest } = file as z.infer<typeof FileSchema>;
  const from =
    content !== undefined
      ? { text: content }
      : contentBase64 !== undefined
        ? { base64: contentBase64 }
        : { asset: source ?? {} };
  return { ...DEFAULTS, ...withoutUndefined(rest), content: from };
}

function withoutUndefined<T extends object>(value: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never;
}

/** A file with a hash in place of its content, so that contents can be compared without being shown. */
function digest({ content, onChange: _onChange, ...look }: FileSpecification): unknown {
  if ("asset" in content) return { ...look, hash: content.asset.hash };
  const bytes = Buffer.from(
    "text" in content ? content.text : content.base64,
    "text" in content ? "utf8" : "base64",
  );
  return { ...look, hash: createHash("sha256").update(bytes).digest("hex") };
}

export const fileArguments = {
  files: {
    change: "inPlace",
    normalize: (files) =>
      Object.fromEntries(
        Object.entries(files).map(([path, file]) => [path, digest(fileSpecification(file))]),
      ),
  } satisfies Argument<Record<string, FileInput>>,
};
