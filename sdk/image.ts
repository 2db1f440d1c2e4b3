import * as pulumi from "@pulumi/pulumi";
import type { image, ImageArgs as WrittenArgs } from "../provider/docker/image";
import { resource } from "./define";
import type { Args } from "./types";

export interface ImageArgs extends Args<WrittenArgs> {}

/**
 * An image on an environment: pulled from a registry, or built from a folder. Pass it as `image` of a Container, which then
 * is rolled out when the image is another one. Destroying it removes the image from the engine, unless it was there before
 * or a container uses it; see `keepLocally`.
 *
 * @example
 * ```ts
 * const app = new portainer.Image("app", { endpointId: 1, name: "shop:1", build: { context: "./app" } });
 * new portainer.Container("shop", { endpointId: 1, image: app });
 * ```
 */
export class Image extends resource<typeof image>("Image")(
  "endpointId",
  "nodeName",
  "name",
  "build",
  "contextHash",
  "imageDigest",
  "registryId",
  "platform",
  "tags",
  "push",
  "triggers",
  "keepLocally",
  "imageId",
  "digest",
  "repoDigest",
  "reference",
  "wasThere",
  "superseded",
  "engineId",
  "instanceId",
) {
  /** Looks up an image that Pulumi does not manage, by environment and name: `"1/nginx:1.27"`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Image {
    return new Image(name, {} as ImageArgs, { ...options, id });
  }

  constructor(name: string, args: ImageArgs, options?: pulumi.CustomResourceOptions) {
    const { build } = args;
    super(name, { ...args, ...(build !== undefined && { build: withoutSecretArgs(name, build) }) }, options);
  }
}

type Build = NonNullable<ImageArgs["build"]>;

/**
 * Refuses secret build arguments, before anything is built. Only the program knows which values are secret: to a provider
 * Pulumi does not tell.
 */
function withoutSecretArgs(name: string, build: Build): Build {
  const isWhole = pulumi.Output.isInstance(build) || build instanceof Promise;
  const isSecret = pulumi.isSecret(pulumi.output<unknown>(isWhole ? build : build.args));
  const judge = (allowed: boolean | undefined, secret: boolean): void => {
    if (!secret || allowed) return;
    throw new pulumi.RunError(
      `Image "${name}": a value of \`build.args\` is secret, and would be kept in the image's history and in Portainer's log. Give it to the container by \`env\` or \`files\`, or set \`build.allowSecretArgs\` if nobody else gets the image.`,
    );
  };
  if (isWhole) {
    return pulumi.all([build, isSecret]).apply(([settings, secret]) => {
      judge(settings?.allowSecretArgs, secret);
      return settings;
    });
  }
  const { context, allowSecretArgs } = build;
  return {
    ...build,
    context: pulumi.all([context, allowSecretArgs, isSecret]).apply(([folder, allowed, secret]) => {
      judge(allowed, secret);
      return folder;
    }),
  };
}
