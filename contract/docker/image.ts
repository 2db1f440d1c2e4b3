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

export const ImageInspect = z.looseObject({
  Id: z.string(),
  RepoDigests: z.array(z.string()).nullish(),
  RepoTags: z.array(z.string()).nullish(),
  Config: z.looseObject({}).nullish(),
});
export type ImageInspect = z.infer<typeof ImageInspect>;

export const images = {
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
