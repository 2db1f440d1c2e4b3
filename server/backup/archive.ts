import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { extract, pack } from "tar-stream";

/** Files by their path. */
export type Files = ReadonlyMap<string, Buffer>;

/** The largest unpacked size that is accepted. */
const LARGEST = 1024 * 1024 * 1024;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Packs files into a `tar.gz`. */
export async function packed(files: Files): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of files) archive.entry({ name, mode: 0o600 }, content);
  archive.finalize();
  return compress(await buffer(archive));
}

/** Unpacks a `tar.gz`. Throws if it is none. */
export async function unpacked(content: Uint8Array): Promise<Files> {
  const archive = extract();
  archive.end(await decompress(content, { maxOutputLength: LARGEST }));
  const files = new Map<string, Buffer>();
  for await (const entry of archive)
    if (entry.header.type === "file") files.set(entry.header.name, await buffer(entry));
    else entry.resume();
  return files;
}
