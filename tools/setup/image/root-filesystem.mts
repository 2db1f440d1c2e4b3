import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { extract, type Header, pack } from "tar-stream";

/** A file system under construction: a tar in memory. */
export function rootFilesystem() {
  const tar = pack();
  const file = (name: string, content: Buffer | string, mode = 0o644) => tar.entry({ name, mode }, content);
  const folder = (name: string, mode = 0o755) => tar.entry({ name, mode, type: "directory" });
  const link = (name: string, linkname: string) => tar.entry({ name, linkname, type: "symlink" });

  /** Adds all entries of another tar. */
  const addAll = async (archive: Buffer) => {
    for await (const entry of Readable.from([archive]).pipe(extract())) {
      const header: Header = entry.header;
      tar.entry(header, await buffer(entry));
    }
  };

  const finish = async (): Promise<Buffer> => {
    tar.finalize();
    return buffer(tar);
  };

  return { file, folder, link, addAll, finish };
}
