import { basename, dirname, join } from "node:path";
import { TLS_FILES, type TlsFile } from "../contract";
import { HttpError } from "./http-error";
import type { TlsRecord } from "./store/records";
import type { Shelf, ShelvedFile } from "./tls-shelf";

/** The PEM files of environments and registries, which are stored with them by their paths. */
export class TlsFiles {
  readonly #shelf: Shelf;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  async write(folder: string, file: TlsFile, content: string | Uint8Array): Promise<string> {
    await this.#shelf.write(safe(folder), file, Buffer.from(content).toString());
    return this.path(folder, file);
  }

  /** Writes the files that are given, and tells where. */
  async writeAll(folder: string, contents: { [File in TlsFile]?: string | Uint8Array | undefined }) {
    const { ca, cert, key } = contents;
    const paths: { TLSCACert?: string; TLSCert?: string; TLSKey?: string } = {};
    if (ca !== undefined) paths.TLSCACert = await this.write(folder, "ca", ca);
    if (cert !== undefined) paths.TLSCert = await this.write(folder, "cert", cert);
    if (key !== undefined) paths.TLSKey = await this.write(folder, "key", key);
    return paths;
  }

  /** Where a file is, or would be. */
  async path(folder: string | number, file: TlsFile): Promise<string> {
    return join(await this.#shelf.root(), safe(String(folder)), `${file}.pem`);
  }

  removeFile(folder: number, file: TlsFile): Promise<void> {
    return this.#shelf.remove(String(folder), file);
  }

  remove(folder: number): Promise<void> {
    return this.#shelf.remove(String(folder));
  }

  /** The contents of the files that are named. */
  async read(paths: {
    TLSCACert?: string;
    TLSCert?: string;
    TLSKey?: string;
  }): Promise<{ ca?: string; cert?: string; key?: string }> {
    const named = { ca: paths.TLSCACert, cert: paths.TLSCert, key: paths.TLSKey };
    const contents: { ca?: string; cert?: string; key?: string } = {};
    for (const file of TLS_FILES) {
      const path = named[file];
      if (path) contents[file] = await this.#shelf.read(basename(dirname(path)), file);
    }
    return contents;
  }

  /** All files as they are now. Not in turns with anything else, so that a backup has them of one moment. */
  list(): ShelvedFile[] {
    return this.#shelf.list();
  }

  /** How to name the files of a configuration that comes from another server by where they are here. */
  async mover(): Promise<(config: TlsRecord) => TlsRecord> {
    const root = await this.#shelf.root();
    const moved = (path: string) => join(root, basename(dirname(path)), basename(path));
    return ({ TLS, TLSSkipVerify, TLSCACert, TLSCert, TLSKey }) => ({
      TLS,
      TLSSkipVerify,
      ...(TLSCACert && { TLSCACert: moved(TLSCACert) }),
      ...(TLSCert && { TLSCert: moved(TLSCert) }),
      ...(TLSKey && { TLSKey: moved(TLSKey) }),
    });
  }

  close(): Promise<void> {
    return this.#shelf.close();
  }
}

/** A folder's name comes from a client: it must not lead anywhere else. */
function safe(folder: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/.test(folder)) return folder;
  throw new HttpError(400, "Invalid query parameter: folder", "Invalid folder name");
}
