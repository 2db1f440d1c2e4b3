/** The files of a container: how a program writes them, and how they reach the container and its process. */
import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { z } from "zod";
import { AssetSchema, bytesOf, isAsset, type WireAsset } from "../../../core/asset";
import { equal } from "../../../core/diff";
import { isUnknown } from "../../../core/properties";
import { afterwards, type Engine } from "../../engine";
import { discard, findById, neverRan, restart, sendCreation } from "../calls";
import {
  type FileVolume,
  fileFolders,
  fileVolumesFor,
  fileVolumesOf,
  hasFileVolumes,
  mountFileVolumes,
} from "../file-volumes";
import { CREATE_LABEL, newCreateId } from "../labels";
import { freshName } from "../leftovers";
import type { Wire } from "../wire";
import type { Argument, ContainerChange } from "./argument";
import { canonicalVolume, type VolumeInput } from "./storage";

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
    source: AssetSchema.optional(),
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
      z.union([z.string(), FileSchema, AssetSchema]),
    )
    .optional(),
};
type FileInput = string | z.infer<typeof FileSchema> | WireAsset;

type Files = Readonly<Record<string, FileInput>>;

interface FileInputs {
  readonly name: string;
  readonly files?: Files | undefined;
  readonly readOnly?: boolean | undefined;
  readonly tmpfs?: object | undefined;
  readonly volumes?: readonly VolumeInput[] | undefined;
}

/** A file's content and attributes in one form, however the program writes the file. */
interface FileSpecification {
  readonly content: { readonly text: string } | { readonly base64: string } | { readonly asset: WireAsset };
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly onChange: OnChange;
}

const DEFAULTS = { mode: 0o644, uid: 0, gid: 0, onChange: "restart" } as const;

function fileSpecification(file: FileInput): FileSpecification {
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

/** Files with hashes in place of their content, by path. */
const digests = (files: Files): Record<string, unknown> =>
  Object.fromEntries(Object.entries(files).map(([path, file]) => [path, digest(fileSpecification(file))]));

/** A file with a hash in place of its content, so that contents can be compared without being shown. */
function digest({ content, onChange: _onChange, ...look }: FileSpecification): unknown {
  if ("asset" in content) return { ...look, hash: content.asset.hash };
  const bytes = Buffer.from(
    "text" in content ? content.text : content.base64,
    "text" in content ? "utf8" : "base64",
  );
  return { ...look, hash: createHash("sha256").update(bytes).digest("hex") };
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
async function uploadFiles(
  engine: Engine,
  target: Target,
  { name, readOnly, volumes }: FileInputs,
  files: Files,
): Promise<void> {
  if (Object.keys(files).length === 0) return;
  const { docker, call } = engine;
  const upload = await archive(files);
  const put = (id: string) =>
    docker.containers.putArchive({ params: { id }, query: { path: "/" }, upload }, call);
  if (readOnly) await throughHelper(engine, target, name, await mountsOf(engine, target, volumes), put);
  else await put(target.id);
}

/**
 * The mounts of a container, for another one. No engine passes on a tmpfs that is among the `volumes`: then each mount is
 * named, except those that are ours.
 */
async function mountsOf(
  engine: Engine,
  { id, volumes: ours }: Target,
  declared: readonly VolumeInput[] = [],
): Promise<Wire> {
  if (!declared.some((volume) => canonicalVolume(volume)["Type"] === "tmpfs")) return { VolumesFrom: [id] };
  const { Mounts } = (await findById(engine, id)) ?? {};
  const passedOn = (Mounts ?? []).filter(
    ({ Type, Destination }) =>
      (Type === "volume" || Type === "bind") && ours.every(({ path }) => path !== Destination),
  );
  return {
    Binds: passedOn.map(({ Type, Name, Source, Destination }) =>
      [Type === "volume" ? Name : Source, Destination].join(":"),
    ),
  };
}

/**
 * An engine takes no files for a container with a read-only file system. So they go through a helper container, which
 * has the same volumes and is never started. If a kill leaves the helper, its temporary name lets the next `up` remove
 * it.
 */
async function throughHelper(
  engine: Engine,
  { image, volumes }: Target,
  name: string,
  mounts: Wire,
  put: (id: string) => Promise<unknown>,
): Promise<void> {
  const createId = newCreateId();
  const body = { Image: image, Labels: { [CREATE_LABEL]: createId }, HostConfig: mounts };
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

async function archive(files: Files): Promise<Buffer> {
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
  return await bytesOf(content.asset, `files["${path}"]`);
}

/** The files that the engine is to get: of a container that never ran all of them, since it may lack any. */
function changedFiles({ container, olds, news }: ContainerChange<FileInputs>): Files {
  const { files = {} } = news;
  if (neverRan(container.State.Status)) return files;
  const before = digests(olds.files ?? {});
  const after = digests(files);
  return Object.fromEntries(Object.entries(files).filter(([path]) => !equal(before[path], after[path])));
}

/** A file cannot be taken out of a container, nor a volume added to it. */
function needsRollOut(files: Files | undefined, olds: Partial<FileInputs>, news: FileInputs): boolean {
  if (isUnknown(files)) return true;
  const isLess = Object.keys(olds.files ?? {}).some((path) => !(path in (files ?? {})));
  return isLess || !equal(fileFolders(olds), fileFolders(news));
}

/** Tells the running process of changed files: by a restart if one of them asks for it, else by their signals. */
async function announce(engine: Engine, change: ContainerChange<FileInputs>): Promise<boolean> {
  const { docker, call, context } = engine;
  const id = change.container.Id;
  const reactions = Object.values(changedFiles(change)).map((file) => fileSpecification(file).onChange);
  if (reactions.includes("restart")) {
    context.progress("restarting for changed files");
    await restart(engine, id);
    return true;
  }
  const signals = reactions.flatMap((reaction) => (typeof reaction === "object" ? [reaction.signal] : []));
  for (const signal of new Set(signals)) {
    await docker.containers.kill({ params: { id }, query: { signal } }, call);
  }
  return false;
}

export const fileArguments = {
  files: {
    change: "inPlace",
    normalize: digests,
    complete(_files, body, { createId }, inputs) {
      mountFileVolumes(body, fileVolumesFor(inputs, createId), createId);
    },
    async finish(files, engine, { id, image, createId }, inputs) {
      const target = { id, image, volumes: fileVolumesFor(inputs, createId) };
      await uploadFiles(engine, target, inputs, files);
    },
    needsRollOut,
    isOutOfReach: (container, inputs) => !hasFileVolumes(container, inputs),
    async apply(engine, change) {
      const { container, news } = change;
      const target = { id: container.Id, image: container.Image, volumes: fileVolumesOf(container) };
      await uploadFiles(engine, target, news, changedFiles(change));
    },
    announce,
  } satisfies Argument<Files, FileInputs>,
};
