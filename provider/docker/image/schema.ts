/** What a program may say of an image, and what is wrong with it before any request. */
import { z } from "zod";
import type { Inputs } from "../../core/definition";
import { messageOf } from "../../core/errors";
import { isUnknown, type Properties } from "../../core/properties";
import { ID_RULE, IdSchema } from "../../core/schema";
import type { Failure } from "../../core/validate";
import { engineFields } from "../engine";
import { TextsSchema } from "../identity";
import { BuildSchema, type Folder, FolderSchema, hashContext } from "./context";
import { DigestSchema, isPinned, ReferenceSchema } from "./reference";

export const ImageSchema = z.object({
  ...engineFields,
  /**
   * The image: `"nginx:1.27"`, with a registry (`"registry.example:5000/app:2"`), or by digest (`"nginx@sha256:…"`); without
   * a tag it is `latest`. With `build`, the name that the built image gets. A change replaces the resource: the new image
   * is there before the old one goes. Docker: `fromImage`, or `t`.
   */
  name: ReferenceSchema,
  /**
   * Builds the image from a folder instead of pulling it, by the engine's classic builder. The image is built again when
   * the folder's content, or one of these settings, changes.
   * @default pull the image
   */
  build: BuildSchema.optional(),
  /**
   * The hash of the folder's content. The provider computes it at each preview, so that a change shows there; a program
   * does not set it. With the resource option `ignoreChanges: ["contextHash"]` changed files alone do not rebuild the image.
   * @default computed
   */
  contextHash: z.string().optional(),
  /**
   * The image's digest in its registry, `"sha256:…"`: exactly that image is pulled. With the digest of `getRemoteImage`, the
   * preview shows that a tag has moved. A change pulls again. @default whatever the tag names when it is pulled
   */
  imageDigest: DigestSchema.optional(),
  /**
   * The registry in Portainer whose credentials are used to pull and to push: its id, or the `Registry`. A change does
   * nothing by itself.
   * @default none: public images, and registries that the engine is logged in to
   */
  registryId: z.union([IdSchema, z.literal(0)], ID_RULE).optional(),
  /** The platform, such as `"linux/arm64"`. A change pulls or builds again. Docker: query `platform`. @default the engine's */
  platform: z.string().min(1, "the platform is empty").optional(),
  /**
   * Further names for the image, `"registry.example/app:latest"`; a name that another image has goes over to this one.
   * Changed in place. Docker: `POST /images/{name}/tag`. @default none
   */
  tags: z.array(ReferenceSchema).optional(),
  /**
   * Whether to push the image to its registry: a built one under its name and all `tags`, a pulled one under its `tags`.
   * What is there is overwritten, and stays there at destroy. @default false
   */
  push: z.boolean().optional(),
  /** Arbitrary values; the image is pulled or built again when one of them changes. @default none */
  triggers: TextsSchema.optional(),
  /**
   * Whether a destroy leaves the image on the engine. An image that a container uses always stays. A change does nothing by
   * itself.
   * @default whether the engine had an image of this name before
   */
  keepLocally: z.boolean().optional(),
});
export type ImageArgs = Omit<z.input<typeof ImageSchema>, "contextHash">;

export type ImageInputs = Inputs<typeof ImageSchema>;

/** The part of `build` that says which files count, once it is known. The other settings may still be unknown. */
function folderOf(build: unknown): Folder | undefined {
  const { success, data } = FolderSchema.safeParse(build);
  return success && !isUnknown(data.context) && !isUnknown(data.dockerfile) ? data : undefined;
}

/** The hash that makes a changed file show in the preview. */
export function hashIn({ build }: Properties): Properties {
  const folder = folderOf(build);
  try {
    return folder ? { contextHash: hashContext(folder) } : {};
  } catch {
    return {}; // `validate` says why.
  }
}

export function validate(inputs: Properties): Failure[] {
  const { name, build, imageDigest, push, tags, contextHash } = inputs;
  const failures: Failure[] = [];
  const fail = (property: string, reason: string) => failures.push({ property, reason });
  if (build !== undefined && build !== null) {
    if (typeof name === "string" && isPinned(name))
      fail("name", "an image that is built gets a name with a tag, not a digest or an id");
    if (imageDigest !== undefined)
      fail("imageDigest", "an image that is built has no digest before it is pushed");
    const folder = folderOf(build);
    if (folder && contextHash === undefined) fail("build", reasonOf(folder));
  } else {
    if (typeof name === "string" && name.startsWith("sha256:"))
      fail("name", "an image is pulled by its name or digest: an id is known to one engine alone");
    if (push === true && (tags === undefined || (Array.isArray(tags) && tags.length === 0)))
      fail("push", "a pulled image is pushed under its `tags`: name at least one");
  }
  for (const [index, tag] of (Array.isArray(tags) ? tags : []).entries()) {
    if (typeof tag === "string" && isPinned(tag))
      fail(`tags[${index}]`, "a tag of an image has no digest, and is no id");
  }
  return failures;
}

function reasonOf(folder: Folder): string {
  try {
    hashContext(folder);
    return "the folder cannot be read";
  } catch (error) {
    return messageOf(error);
  }
}
