import * as pulumi from "@pulumi/pulumi";
import type { RemoteImageOutputs, RemoteImageArgs as WrittenArgs } from "../provider/docker/remote-image";
import { PortainerResource } from "./resource";
import type { Args } from "./types";

export interface RemoteImageArgs extends Args<WrittenArgs> {
  image: string;
}

/** What a registry answers about an image. */
export interface RemoteImage extends RemoteImageOutputs {}

/** A look-up of an image in its registry, done by the engine of an environment. */
class RemoteImageLookup extends PortainerResource {
  declare readonly digest: pulumi.Output<string>;
  declare readonly platforms: pulumi.Output<readonly string[]>;
  declare readonly instanceId: pulumi.Output<string>;

  constructor(
    name: string,
    id: pulumi.Input<string>,
    { registryId, credentials }: Pick<RemoteImageArgs, "registryId" | "credentials">,
    options: pulumi.CustomResourceOptions,
  ) {
    const properties = ["digest", "platforms", "instanceId"];
    super(
      { type: "RemoteImage", properties, secretOutputs: ["credentials"], exclusive: false },
      name,
      { registryId, credentials: credentials && pulumi.secret(credentials) },
      { ...options, id },
    );
  }
}

/** The number of look-ups per stack and image. Each look-up needs a unique name. */
const asked = new WeakMap<object, Map<string, number>>();

/**
 * Looks up the current digest of an image in its registry, at every preview and `up`. Pass it as `imageDigest`, and the
 * preview shows when the tag has moved.
 *
 * @example
 * ```ts
 * const image = "nginx:1.27";
 * const imageDigest = portainer.getRemoteImage({ image }).digest;
 * new portainer.Container("web", { endpointId: 1, image, imageDigest });
 * ```
 */
export function getRemoteImage(
  { image, endpointId, ...access }: RemoteImageArgs,
  options: pulumi.CustomResourceOptions = {},
): pulumi.Output<RemoteImage> {
  const endpoint = pulumi.CustomResource.isInstance(endpointId) ? endpointId.id : endpointId;
  const id = endpoint === undefined ? image : pulumi.interpolate`${endpoint}/${image}`;
  const { digest, platforms, instanceId } = new RemoteImageLookup(nameOf(image), id, access, options);
  return pulumi.output({ digest, platforms, instanceId });
}

function nameOf(image: string): string {
  const stack = pulumi.runtime.getStackResource() ?? asked;
  const counts = asked.get(stack) ?? new Map<string, number>();
  asked.set(stack, counts);
  const count = (counts.get(image) ?? 0) + 1;
  counts.set(image, count);
  return count === 1 ? image : `${image}#${count}`;
}
