/** The folder that an image is built from: which of its files count, their hash, and the archive that the engine gets. */
import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
} from "node:fs";
import { join, posix, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Pack, pack } from "tar-stream";
import { z } from "zod";
import { TextsSchema } from "../identity";
import { type Ignore, parseIgnore } from "./ignore";

const IGNORE_FILE = ".dockerignore";

export const BuildSchema = z.strictObject({
  /**
   * The folder to build from, relative to the program's. What its `.dockerignore` names is left out. The image is rebuilt
   * when a file in it changes (its path, content or permissions), not when its time does.
   */
  context: z.string().min(1, "the folder is empty"),
  /** The Dockerfile, relative to the folder. Docker: `dockerfile`. @default "Dockerfile" */
  dockerfile: z
    .string()
    .regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))./, "the Dockerfile is in the folder: write its path from there")
    .optional(),
  /**
   * Build arguments. The image's history keeps them, and Portainer's address log sees them, so a secret value is refused
   * unless `allowSecretArgs` is set. Docker: `buildargs`. @default none
   */
  args: TextsSchema.optional(),
  /** Whether `args` may have secret values, for an image that nobody else gets. @default false */
  allowSecretArgs: z.boolean().optional(),
  /** The stage to build. Docker: `target`. @default the last one */
  target: z.string().min(1, "the stage is empty").optional(),
  /** Labels of the image. Docker: `labels`. @default none */
  labels: TextsSchema.optional(),
  /** Images on the engine whose layers may be used again. Docker: `cachefrom`. @default none */
  cacheFrom: z.array(z.string()).optional(),
  /** Whether to run every step again. Docker: `nocache`. @default false */
  noCache: z.boolean().optional(),
  /** Whether to pull newer versions of the images that it begins with. Docker: `pull`. @default false */
  pullBase: z.boolean().optional(),
});
export type Build = z.output<typeof BuildSchema>;

/** Where the files of a build are. */
export const FolderSchema = z.object({
  context: BuildSchema.shape.context,
  dockerfile: BuildSchema.shape.dockerfile,
});
export type Folder = z.output<typeof FolderSchema>;

interface Entry {
  /** From the folder, with slashes. */
  readonly path: string;
  readonly stats: Stats;
}

/** The files, folders and links that count, in the order of their paths' bytes. */
function entriesOf({ context, dockerfile = "Dockerfile" }: Folder): Entry[] {
  const root = resolve(context);
  const ignore = ignoreIn(root);
  // The engine needs these two, whatever the rules say.
  const isNeeded = (path: string) => path === posix.normalize(dockerfile) || path === IGNORE_FILE;
  const below = (folder: string): Entry[] =>
    readdirSync(join(root, folder)).flatMap((name) => {
      const path = posix.join(folder, name);
      const stats = lstatSync(join(root, path));
      const isOut = ignore.leavesOut(path) && !isNeeded(path);
      const holdsNeeded = posix.normalize(dockerfile).startsWith(`${path}/`);
      const children =
        stats.isDirectory() && (!isOut || ignore.hasExceptions || holdsNeeded) ? below(path) : [];
      const counts = !isOut && (stats.isFile() || stats.isDirectory() || stats.isSymbolicLink());
      return counts ? [{ path, stats }, ...children] : children;
    });
  return below("").sort((one, other) => Buffer.compare(Buffer.from(one.path), Buffer.from(other.path)));
}

function ignoreIn(root: string): Ignore {
  try {
    return parseIgnore(readFileSync(join(root, IGNORE_FILE), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return parseIgnore("");
  }
}

const permissions = ({ mode }: Stats): number => mode & 0o7777;

/**
 * A hash of all that the engine would get: paths, kinds, permissions and contents. Times and owners do not count, since
 * they differ from one checkout to the next.
 *
 * @throws Error with what is missing or cannot be read.
 */
export function hashContext(folder: Folder): string {
  const { context, dockerfile = "Dockerfile" } = folder;
  requireFile(context, dockerfile);
  const hash = createHash("sha256");
  for (const { path, stats } of entriesOf(folder)) {
    const file = join(resolve(context), path);
    const content = stats.isSymbolicLink()
      ? ["link", readlinkSync(file)]
      : stats.isFile()
        ? ["file", permissions(stats), hashFile(file)]
        : ["folder", permissions(stats)];
    hash.update(`${JSON.stringify([path, ...content])}\n`);
  }
  return `sha256:${hash.digest("hex")}`;
}

function requireFile(context: string, dockerfile: string): void {
  const isThere = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  if (!isThere(resolve(context))) throw new Error(`there is no folder "${context}"`);
  if (!isThere(join(resolve(context), dockerfile)))
    throw new Error(
      `there is no "${dockerfile}" in the folder "${context}": name it in \`build.dockerfile\``,
    );
}

const CHUNK_BYTES = 1 << 20;

/** In pieces, since a file may be larger than memory. */
function hashFile(path: string): string {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let count = readSync(file, chunk); count > 0; count = readSync(file, chunk))
      hash.update(chunk.subarray(0, count));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

/** The folder as an archive. It is read while it is sent. */
export function contextStream(folder: Folder): Readable {
  const archive = pack();
  fill(archive, folder).catch((error: unknown) => archive.destroy(error as Error));
  return Readable.from(archive);
}

async function fill(archive: Pack, folder: Folder): Promise<void> {
  const root = resolve(folder.context);
  for (const { path: name, stats } of entriesOf(folder)) {
    const header = { name, mode: permissions(stats), mtime: stats.mtime, uid: 0, gid: 0 };
    const file = join(root, name);
    if (stats.isSymbolicLink()) archive.entry({ ...header, type: "symlink", linkname: readlinkSync(file) });
    else if (stats.isDirectory()) archive.entry({ ...header, type: "directory" });
    else await pipeline(createReadStream(file), archive.entry({ ...header, size: stats.size }));
  }
  archive.finalize();
}
