import { createHash } from "node:crypto";
import type { asset } from "@pulumi/pulumi";
import { z } from "zod";
import type { Argument } from "../argument";

/** How an asset reaches a provider. */
const ASSET_KEY = "4dabf18193072939515e22adb298388d";
const ASSET_SIGNATURE = "c44067f5952c0a294b673a41bacd8c17";

const WireAsset = z.looseObject({
  [ASSET_KEY]: z.literal(ASSET_SIGNATURE),
  hash: z.string().optional(),
  text: z.string().optional(),
  path: z.string().optional(),
  uri: z.string().optional(),
});
export type WireAsset = { hash?: string; text?: string; path?: string; uri?: string };

/** In a program it is one of Pulumi's assets; here it is what the engine makes of it. */
const Asset: z.ZodType<WireAsset, asset.Asset> = WireAsset as never;

const OnChange = z.union([
  z.enum(["restart", "none"]),
  z.strictObject({
    /** The signal to send, `"SIGHUP"`. */
    signal: z.string(),
  }),
]);
export type OnChange = z.infer<typeof OnChange>;

const FileSchema = z
  .strictObject({
    /** The content, as text. */
    content: z.string().optional(),
    /** The content, in base64. */
    contentBase64: z.base64("is not base64").optional(),
    /** The content, as an asset: `new pulumi.asset.FileAsset("./nginx.conf")`. */
    source: Asset.optional(),
    /** Permissions, such as 0o644. @default 0o644 */
    mode: z.int().min(0).max(0o7777).optional(),
    /** The owner's id. @default 0 */
    uid: z.int().nonnegative().optional(),
    /** The group's id. @default 0 */
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
   * Files to put into the container before it starts: path to text, asset, or `{ content | contentBase64 | source,
   * mode, uid, gid, onChange }`. A change is uploaded in place and the container restarted, unless `onChange` says
   * otherwise; a file taken away recreates the container. With `readOnly`, or below a `tmpfs`, they are in a volume of the
   * provider that goes with the container; in a volume or a folder of the host they stay there. Docker:
   * `PUT /containers/{id}/archive`.
   */
  files: z
    .record(
      z.string().regex(/^\/(?!.*(?:^|\/)\.\.?(?:\/|$)).*[^/]$/, "a file's path is absolute, without `..`"),
      z.union([z.string(), FileSchema, Asset]),
    )
    .optional(),
};
export type FileInput = string | z.infer<typeof FileSchema> | WireAsset;

export const isAsset = (file: object): file is WireAsset => ASSET_KEY in file;

/** Where a file's content comes from and what it is to look like, whichever way it was written. */
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

/** What tells two contents apart without showing them. */
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
