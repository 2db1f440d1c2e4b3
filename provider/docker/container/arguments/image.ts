import { z } from "zod";
import { ID_RULE, IdSchema } from "../../../core/schema";
import { canonicalImage, DigestSchema, ReferenceSchema } from "../../image/reference";
import { type Argument, setting } from "./argument";

export const imageFields = {
  /**
   * The image: `"nginx:1.27"`, with a registry (`"registry.example:5000/app:2"`), by digest (`"nginx@sha256:…"`) or by
   * id (`"sha256:…"`). A change recreates the container. Docker: `Image`.
   */
  image: ReferenceSchema,
  /**
   * The image's digest in its registry, `"sha256:…"`. The container runs exactly that image. With the digest of
   * `getRemoteImage`, the preview shows that a tag has moved. A change recreates the container. Docker: `Image` as
   * `name:tag@sha256:…`.
   * @default any
   */
  imageDigest: DigestSchema.optional(),
  /**
   * When to pull the image: `"missing"` pulls it if the engine does not have it, `"always"` pulls it whenever the
   * container is created or recreated, `"never"` does not pull it. A change does nothing by itself. @default "missing"
   */
  pull: z.enum(["missing", "always", "never"]).optional(),
  /**
   * The registry in Portainer whose credentials are used to pull: its id, or the `Registry`. A change does nothing by itself.
   * @default none: public images, and registries that the engine is logged in to
   */
  registryId: z.union([IdSchema, z.literal(0)], ID_RULE).optional(),
  /** The platform of the image, such as `"linux/arm64"`. A change recreates the container. Docker: query `platform`. */
  platform: z.string().optional(),
};

const DIGEST = /@(sha256:[0-9a-f]{64})$/;

export const imageArguments = {
  image: {
    change: "rollout",
    normalize: canonicalImage,
    write: (image, body) => {
      body["Image"] = image;
    },
    read: ({ Config, Image }, desired) =>
      [Config.Image.replace(DIGEST, ""), Image].includes(desired ?? "") ? desired : Config.Image,
  } satisfies Argument<string>,
  imageDigest: {
    change: "rollout",
    write: (digest, body) => {
      body["Image"] = `${body["Image"]}@${digest}`;
    },
    read: ({ Config }, desired) => (desired === undefined ? undefined : DIGEST.exec(Config.Image)?.[1]),
  } satisfies Argument<string>,
  pull: setting,
  registryId: setting,
  platform: { change: "rollout", empty: "default" } satisfies Argument<string>,
};
