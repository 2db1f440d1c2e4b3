import type { DockerClient } from "../../client";
import type { ContainerInspect } from "../../contract";
import type { Place } from "../docker/place";

/** What images are called in registries, by id. An image never changes, so each is asked for once in a process. */
const asked = new WeakMap<DockerClient, Map<string, Promise<readonly string[]>>>();

/** The image of a container as its registry knows it. An image that is remembered is not asked for: refresh stays one request. */
export async function repoDigestOf(
  place: Place,
  { Image, Config }: ContainerInspect,
  known: { readonly imageId?: string | undefined; readonly repoDigest?: string | undefined },
): Promise<string | undefined> {
  if (known.imageId === Image) return known.repoDigest;
  const images = asked.get(place.docker) ?? new Map<string, Promise<readonly string[]>>();
  asked.set(place.docker, images);
  const answer = images.get(Image) ?? repoDigests(place, Image);
  images.set(Image, answer);
  const digests = await answer;
  const repository = Config.Image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  return digests.find((digest) => digest.startsWith(`${repository}@`)) ?? digests[0];
}

/** None for an image that was built here, that has been removed since, or that its user may not see. */
async function repoDigests({ docker, call }: Place, image: string): Promise<readonly string[]> {
  const found = await docker.images.inspect({ params: { name: image } }, call).catch(() => undefined);
  return found?.RepoDigests ?? [];
}
