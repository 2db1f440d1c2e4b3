import { z } from "zod";
import type { Store } from "../store/store";
import type { TlsFiles } from "../tls-files";
import { type Files, packed, unpacked } from "./archive";

const STORE = "store.json";
const TLS_FILE = /^tls\/([\w-]+)\/(ca|cert|key)\.pem$/;

const StoreFile = z.object({
  format: z.literal(1),
  collections: z.array(
    z.tuple([
      z.string(),
      z.object({ rows: z.array(z.tuple([z.int(), z.looseObject({})])), last: z.int().nonnegative() }),
    ]),
  ),
});

/** All data of a server, as one archive. */
export async function backup(store: Store, tlsFiles: TlsFiles): Promise<Buffer> {
  // Inside a change, the store and its files are consistent: files are written before the rows that name them.
  const files = await store.change((): Files => {
    const content = JSON.stringify({ format: 1, collections: store.dump() });
    const named = tlsFiles
      .list()
      .map(({ folder, file, content }) => [`tls/${folder}/${file}.pem`, Buffer.from(content)] as const);
    return new Map([[STORE, Buffer.from(content)], ...named]);
  });
  return packed(files);
}

/** Replaces everything with the content of an archive. `refuse` may throw just before that. */
export async function restore(
  store: Store,
  tlsFiles: TlsFiles,
  archive: Uint8Array,
  refuse: () => void,
): Promise<void> {
  const files = await unpacked(archive);
  const { collections } = StoreFile.parse(JSON.parse(files.get(STORE)?.toString() ?? "{}"));
  for (const [path, content] of files) {
    const [, folder, file] = TLS_FILE.exec(path) ?? [];
    if (folder && (file === "ca" || file === "cert" || file === "key"))
      await tlsFiles.write(folder, file, content);
  }
  const moved = await tlsFiles.mover();
  await store.change(() => {
    refuse();
    store.become(collections);
    for (const endpoint of store.endpoints.list())
      store.endpoints.put(endpoint.Id, { ...endpoint, TLSConfig: moved(endpoint.TLSConfig) });
    for (const registry of store.registries.list()) {
      const { ManagementConfiguration: management } = registry;
      const TLSConfig = moved(management.TLSConfig);
      store.registries.put(registry.Id, {
        ...registry,
        ManagementConfiguration: { ...management, TLSConfig },
      });
    }
  });
}
