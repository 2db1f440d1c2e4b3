import { isApiError } from "../../client";
import { registryAuth } from "../../contract/registry-auth";
import { ProviderError } from "../core/failure";
import type { Place } from "../docker/place";
import type { ContainerSettled } from "./arguments";
import { canonicalImage } from "./arguments/image";

type Wish = Pick<ContainerSettled, "image" | "imageDigest" | "registryId" | "platform">;

/** Whether the engine answered a creation that it does not have the image. */
export function isImageMissing(error: unknown): boolean {
  return isApiError(error) && error.status === 404 && /no such image/i.test(error.serverMessage);
}

/** Pulls an image, showing the progress. A pull that fails says so in the stream, after the status of success. */
export async function pullImage({ docker, context, call }: Place, wish: Wish): Promise<void> {
  const { registryId } = wish;
  const layers = new Map<string, boolean>();
  context.progress(`pulling ${wish.image}`);
  const lines = docker.images.pull(
    { query: { ...reference(wish), ...(wish.platform !== undefined && { platform: wish.platform }) } },
    { ...call, headers: registryAuth(registryId === undefined ? undefined : { registryId }) },
  );
  for await (const { id, status, error, errorDetail } of lines) {
    const reason = errorDetail?.message ?? error;
    if (reason !== undefined) throw new ProviderError(`pulling ${wish.image}: ${reason}`);
    if (id === undefined || status === undefined || !/^[0-9a-f]{12}$/.test(id)) continue;
    layers.set(id, /^(?:pull complete|already exists)/i.test(status));
    const done = [...layers.values()].filter(Boolean).length;
    context.progress(`pulling ${wish.image}: ${done}/${layers.size} layers`);
  }
}

/** Without a tag the engine would pull every tag there is; beside a digest a tag says nothing. */
function reference({ image, imageDigest }: Wish): { fromImage: string; tag?: string } {
  const full = canonicalImage(image);
  if (full.includes("@")) return { fromImage: full };
  const split = full.lastIndexOf(":");
  return { fromImage: full.slice(0, split), tag: imageDigest ?? full.slice(split + 1) };
}
