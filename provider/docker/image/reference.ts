import { z } from "zod";

/** An image reference as the engine parses it: `registry.example:5000/team/app:1.2@sha256:…`. */
const REFERENCE =
  /^(?:sha256:)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\.[a-z0-9-]+)*(?::\d+(?=\/))?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/;

export const ReferenceSchema = z.string().regex(REFERENCE, {
  error: ({ input }) =>
    `${JSON.stringify(input)} is not an image reference: write it as "name:tag", "registry/name:tag" or "name@sha256:…", in lower case`,
});

export const DigestSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'must be a digest, "sha256:" and 64 digits');

/** A name without a tag means `latest`. Names on Docker Hub may be written with or without the registry. */
export function canonicalImage(image: string): string {
  const short = image.replace(/^(?:docker\.io|index\.docker\.io)\/(?:library\/)?/, "");
  const lastPart = short.slice(short.lastIndexOf("/") + 1);
  return lastPart.includes(":") || short.includes("@") ? short : `${short}:latest`;
}

/** Whether the reference names an image by its content, by digest or by id, so that it never names another one. */
export const isPinned = (image: string): boolean => image.includes("@") || image.startsWith("sha256:");

/** The repository and the tag of a reference that has no digest. */
export function splitTag(image: string): { readonly repository: string; readonly tag: string } {
  const full = canonicalImage(image);
  const split = full.lastIndexOf(":");
  return { repository: full.slice(0, split), tag: full.slice(split + 1) };
}

/** The repository of any reference: `registry.example:5000/team/app`. */
export const repositoryOf = (image: string): string =>
  canonicalImage(image.replace(/@.*$/, "")).replace(/:[^/:]*$/, "");
