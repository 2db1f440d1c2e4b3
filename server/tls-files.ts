import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, open, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { TLS_FILES, type TlsFile } from "../contract";
import { HttpError } from "./http-error";
import type { TlsRecord } from "./store/records";
import type { Store } from "./store/store";

/**
 * Writes a file that only the server's own user may read. Whoever reads sees the old file or the whole new one, after
 * a crash too.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  const handle = await open(temporary, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}

interface StoredTlsFile {
  readonly folder: string;
  readonly file: TlsFile;
  readonly content: string;
}

/** Stores PEM files in named folders. */
interface TlsStorage {
  /** The start of all file paths. */
  root(): Promise<string>;
  read(folder: string, file: TlsFile): Promise<string>;
  write(folder: string, file: TlsFile, content: string): Promise<void>;
  /** Removes a file, or the folder. */
  remove(folder: string, file?: TlsFile): Promise<void>;
  /** All files, synchronously. */
  list(): StoredTlsFile[];
  close(): Promise<void>;
}

/** In `<data>/tls/<folder>/<file>.pem`; without a data folder in a temporary one. */
export function tlsStorageInFolder(data: string | undefined): TlsStorage {
  let known = data && resolve(data, "tls");
  let making: Promise<string> | undefined;
  const make = async () => {
    known = await mkdtemp(join(tmpdir(), "pulumi-portainer-tls-"));
    return known;
  };
  const root = async () => {
    if (known) return known;
    making ??= make(); // Requests come at the same time, and all need the same folder.
    return await making;
  };
  const pathOf = async (folder: string, file: TlsFile) => join(await root(), folder, `${file}.pem`);
  return {
    root,
    read: async (folder, file) => readFile(await pathOf(folder, file), "utf8"),
    write: async (folder, file, content) => replaceFile(await pathOf(folder, file), content),
    async remove(folder, file) {
      if (!known) return;
      const path = file ? await pathOf(folder, file) : join(known, folder);
      await rm(path, { recursive: true, force: true });
    },
    list() {
      const folders = known && existsSync(known) ? readdirSync(known) : [];
      const path = (folder: string, file: TlsFile) => join(known ?? "", folder, `${file}.pem`);
      return folders.flatMap((folder) =>
        TLS_FILES.filter((file) => existsSync(path(folder, file))).map((file) => ({
          folder,
          file,
          content: readFileSync(path(folder, file), "utf8"),
        })),
      );
    },
    async close() {
      if (data === undefined && known) await rm(known, { recursive: true, force: true });
    },
  };
}

/** In the store, for replicas without a common folder. */
export function tlsStorageInStore(store: Store): TlsStorage {
  const { tlsFiles: rows } = store;
  const find = (folder: string, file: TlsFile) =>
    rows.find(({ Folder, File }) => Folder === folder && File === file);
  return {
    root: async () => "/data/tls",
    async read(folder, file) {
      const row = find(folder, file);
      if (!row) throw new Error(`${folder}/${file}.pem does not exist`);
      return row.Content;
    },
    write: (Folder, File, Content) =>
      store.change(() => {
        const Id = find(Folder, File)?.Id ?? rows.nextId();
        rows.put(Id, { Id, Folder, File, Content });
      }),
    remove: (folder, file) =>
      store.change(() => {
        const isMeant = (row: { Folder: string; File: string }) =>
          row.Folder === folder && (file === undefined || row.File === file);
        for (const { Id } of rows.filter(isMeant)) rows.delete(Id);
      }),
    list: () =>
      rows.list().map(({ Folder, File, Content }) => ({ folder: Folder, file: File, content: Content })),
    close: async () => {},
  };
}

/** The PEM files of environments and registries, whose records contain their paths. */
export class TlsFiles {
  readonly #shelf: TlsStorage;

  constructor(shelf: TlsStorage) {
    this.#shelf = shelf;
  }

  async write(folder: string, file: TlsFile, content: string | Uint8Array): Promise<string> {
    await this.#shelf.write(safe(folder), file, Buffer.from(content).toString());
    return this.path(folder, file);
  }

  /** Writes the given files and returns their paths. */
  async writeAll(folder: string, contents: { [File in TlsFile]?: string | Uint8Array | undefined }) {
    const { ca, cert, key } = contents;
    const paths: { TLSCACert?: string; TLSCert?: string; TLSKey?: string } = {};
    if (ca !== undefined) paths.TLSCACert = await this.write(folder, "ca", ca);
    if (cert !== undefined) paths.TLSCert = await this.write(folder, "cert", cert);
    if (key !== undefined) paths.TLSKey = await this.write(folder, "key", key);
    return paths;
  }

  /** The path of a file, whether or not it exists. */
  async path(folder: string | number, file: TlsFile): Promise<string> {
    return join(await this.#shelf.root(), safe(String(folder)), `${file}.pem`);
  }

  removeFile(folder: number, file: TlsFile): Promise<void> {
    return this.#shelf.remove(String(folder), file);
  }

  remove(folder: number): Promise<void> {
    return this.#shelf.remove(String(folder));
  }

  /** Reads the files at these paths. */
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

  /** All files as they are now. Synchronous, so that a backup is consistent. */
  list(): StoredTlsFile[] {
    return this.#shelf.list();
  }

  /** Returns a function that rewrites the paths of a restored TLS configuration to this server's folder. */
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

/** The folder's name comes from a client and must not lead out of the root. */
function safe(folder: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/.test(folder)) return folder;
  throw new HttpError(400, "Invalid query parameter: folder", "Invalid folder name");
}
