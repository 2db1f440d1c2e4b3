import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { TLS_FILES, type TlsFile } from "../contract";
import { HttpError } from "./http-error";
import { replaceFile } from "./replace-file";
import type { TlsRecord } from "./store/records";

/** The PEM files of environments, readable by the server's own user only: `<data>/tls/<id>/ca.pem`, `cert.pem`, `key.pem`. */
export class TlsFiles {
  #root: string | undefined;
  readonly #isTemporary: boolean;

  /** Without a data folder the files live in a temporary one, which `close` removes. */
  constructor(data: string | undefined) {
    this.#root = data && resolve(data, "tls");
    this.#isTemporary = data === undefined;
  }

  async write(folder: string, file: TlsFile, content: string | Uint8Array): Promise<string> {
    const path = await this.path(folder, file);
    await replaceFile(path, content);
    return path;
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
    return join(await this.#folder(), safe(String(folder)), `${file}.pem`);
  }

  async removeFile(folder: number, file: TlsFile): Promise<void> {
    await rm(await this.path(folder, file), { force: true });
  }

  async remove(folder: number): Promise<void> {
    if (this.#root) await rm(join(this.#root, safe(String(folder))), { recursive: true, force: true });
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
      if (path) contents[file] = await readFile(path, "utf8");
    }
    return contents;
  }

  /** All files as they are now. Not in turns with anything else, so that a backup has them of one moment. */
  list(): { folder: string; file: TlsFile; content: Buffer }[] {
    const root = this.#root;
    if (!root || !existsSync(root)) return [];
    return readdirSync(root).flatMap((folder) =>
      TLS_FILES.filter((file) => existsSync(join(root, folder, `${file}.pem`))).map((file) => ({
        folder,
        file,
        content: readFileSync(join(root, folder, `${file}.pem`)),
      })),
    );
  }

  /** How to name the files of a configuration that comes from another server by where they are here. */
  async mover(): Promise<(config: TlsRecord) => TlsRecord> {
    const root = await this.#folder();
    const moved = (path: string) => join(root, basename(dirname(path)), basename(path));
    return ({ TLS, TLSSkipVerify, TLSCACert, TLSCert, TLSKey }) => ({
      TLS,
      TLSSkipVerify,
      ...(TLSCACert && { TLSCACert: moved(TLSCACert) }),
      ...(TLSCert && { TLSCert: moved(TLSCert) }),
      ...(TLSKey && { TLSKey: moved(TLSKey) }),
    });
  }

  async close(): Promise<void> {
    if (this.#isTemporary && this.#root) await rm(this.#root, { recursive: true, force: true });
  }

  async #folder(): Promise<string> {
    this.#root ??= await mkdtemp(join(tmpdir(), "pulumi-portainer-tls-"));
    return this.#root;
  }
}

/** A folder's name comes from a client: it must not lead anywhere else. */
function safe(folder: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/.test(folder)) return folder;
  throw new HttpError(400, "Invalid query parameter: folder", "Invalid folder name");
}
