import { z } from "zod";
import { live, route, source } from "../route";

/** One line of a pull: progress of a layer, or an error although the status was 200. */
export const PullLine = z.looseObject({
  id: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z.looseObject({ current: z.number().optional(), total: z.number().optional() }).optional(),
  error: z.string().optional(),
  errorDetail: z.looseObject({ message: z.string().optional() }).optional(),
});
export type PullLine = z.infer<typeof PullLine>;

/** One line of a build or push: as that of a pull, with what the build writes, or its outcome. */
export const BuildLine = PullLine.extend({
  stream: z.string().optional(),
  /** The id of the image that was built, or the digest under which one was pushed. */
  aux: z.looseObject({ ID: z.string().optional(), Digest: z.string().optional() }).optional(),
});
export type BuildLine = z.infer<typeof BuildLine>;

export const ImageInspect = z.looseObject({
  Id: z.string(),
  RepoDigests: z.array(z.string()).nullish(),
  RepoTags: z.array(z.string()).nullish(),
  Config: z.looseObject({}).nullish(),
});
export type ImageInspect = z.infer<typeof ImageInspect>;

export const images = {
  list: route({
    method: "GET",
    path: "/images/json",
    access: "restricted",
    summary: "List images",
    query: z.object({ filters: z.string().optional() }),
    response: z.array(z.looseObject({ Id: z.string(), RepoTags: z.array(z.string()).nullish() })),
    verified: live,
  }),
  pull: route({
    method: "POST",
    path: "/images/create",
    access: "restricted",
    summary: "Pull an image; errors may come inside the stream",
    query: z.object({ fromImage: z.string(), tag: z.string().optional(), platform: z.string().optional() }),
    lines: PullLine,
    pace: "endless",
    verified: live,
  }),
  inspect: route({
    method: "GET",
    path: "/images/:name/json",
    slashes: "name",
    access: "restricted",
    summary: "Show an image",
    response: ImageInspect,
    verified: live,
  }),
  build: route({
    method: "POST",
    path: "/build",
    access: "restricted",
    summary: "Build an image from an archive; errors come inside the stream",
    query: z.object({
      t: z.string().optional(),
      dockerfile: z.string().optional(),
      buildargs: z.string().optional(),
      target: z.string().optional(),
      labels: z.string().optional(),
      cachefrom: z.string().optional(),
      platform: z.string().optional(),
      nocache: z.string().optional(),
      pull: z.string().optional(),
      rm: z.string().optional(),
      forcerm: z.string().optional(),
    }),
    upload: "application/x-tar",
    lines: BuildLine,
    pace: "endless",
    verified: source,
  }),
  tag: route({
    method: "POST",
    path: "/images/:name/tag",
    slashes: "name",
    access: "restricted",
    summary: "Give an image another name",
    query: z.object({ repo: z.string(), tag: z.string() }),
    verified: live,
  }),
  push: route({
    method: "POST",
    path: "/images/:name/push",
    slashes: "name",
    access: "restricted",
    summary: "Push an image to its registry; errors come inside the stream",
    query: z.object({ tag: z.string() }),
    body: z.object({}),
    lines: BuildLine,
    pace: "endless",
    verified: source,
  }),
  delete: route({
    method: "DELETE",
    path: "/images/:name",
    slashes: "name",
    access: "restricted",
    summary: "Take a name away from an image, and delete the image with its last name",
    query: z.object({ force: z.string().optional(), noprune: z.string().optional() }),
    response: z.array(z.looseObject({ Untagged: z.string().optional(), Deleted: z.string().optional() })),
    pace: "slow",
    verified: live,
  }),
  remote: route({
    method: "GET",
    path: "/distribution/:name/json",
    slashes: "name",
    access: "restricted",
    summary: "Ask an image's registry for its digest and platforms",
    response: z.looseObject({
      Descriptor: z.looseObject({ digest: z.string(), mediaType: z.string().optional() }),
      Platforms: z
        .array(z.looseObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() }))
        .nullish(),
    }),
    pace: "slow",
    verified: source,
  }),
};
