import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { ProviderError } from "../core/failure";
import type { Place } from "../docker/place";
import { type FileInput, type FileSpecification, fileSpecification } from "./arguments/files";

/** Puts files into a container, all by one request. */
export async function uploadFiles(
  { docker, call }: Place,
  id: string,
  files: Readonly<Record<string, FileInput>>,
): Promise<void> {
  if (Object.keys(files).length === 0) return;
  const upload = await archive(files);
  await docker.containers.putArchive({ params: { id }, query: { path: "/" }, upload }, call);
}

async function archive(files: Readonly<Record<string, FileInput>>): Promise<Buffer> {
  const tar = pack();
  for (const [path, file] of Object.entries(files)) {
    const { mode, uid, gid, content } = fileSpecification(file);
    tar.entry({ name: path.slice(1), mode, uid, gid }, await contentOf(path, content));
  }
  tar.finalize();
  return await buffer(tar);
}

async function contentOf(path: string, content: FileSpecification["content"]): Promise<Buffer> {
  if ("text" in content) return Buffer.from(content.text);
  if ("base64" in content) return Buffer.from(content.base64, "base64");
  const { text, path: source, uri } = content.asset;
  if (text !== undefined) return Buffer.from(text);
  if (source !== undefined) return await readFile(resolve(source));
  throw new ProviderError(
    `files["${path}"]: the content of ${uri ?? "this asset"} cannot be read here: use a FileAsset or a StringAsset`,
  );
}
