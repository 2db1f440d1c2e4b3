import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { TLS_FILES, type TlsFile } from "../contract";
import { replaceFile } from "./replace-file";
import type { Store } from "./store/store";

export interface ShelvedFile {
  readonly folder: string;
  readonly file: TlsFile;
  readonly content: string;
}

/** Where PEM files are kept, in folders by name. */
export interface Shelf {
  /** What the paths of files begin with. */
  root(): Promise<string>;
  read(folder: string, file: TlsFile): Promise<string>;
  write(folder: string, file: TlsFile, content: string): Promise<void>;
  /** Removes a file, or the folder. */
  remove(folder: string, file?: TlsFile): Promise<void>;
  /** All files as they are now, without waiting for anything. */
  list(): ShelvedFile[];
  close(): Promise<void>;
}

/** In `<data>/tls/<folder>/<file>.pem`; without a data folder in a temporary one. */
export function shelfInFolder(data: string | undefined): Shelf {
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

/** In the store, for replicas that have no folder together. */
export function shelfInStore(store: Store): Shelf {
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
