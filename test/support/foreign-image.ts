import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { engineApi } from "./engine-api";

/** An archive without a file in it. */
const EMPTY = Buffer.alloc(1024);

/** Gives the engine an image with nothing in it, made for another architecture. */
export async function loadForeignImage(
  name: string,
  architecture: string,
  api: typeof engineApi = engineApi,
): Promise<void> {
  const diffId = `sha256:${createHash("sha256").update(EMPTY).digest("hex")}`;
  const config = {
    architecture,
    os: "linux",
    config: { Cmd: ["sh"] },
    rootfs: { type: "layers", diff_ids: [diffId] },
  };
  const manifest = [{ Config: "config.json", RepoTags: [name], Layers: ["layer.tar"] }];
  const archive = pack();
  archive.entry({ name: "layer.tar" }, EMPTY);
  archive.entry({ name: "config.json" }, JSON.stringify(config));
  archive.entry({ name: "manifest.json" }, JSON.stringify(manifest));
  archive.finalize();
  const { text } = await api("POST", "/images/load?quiet=1", await buffer(archive));
  if (!text.includes("Loaded image")) throw new Error(`loading ${name}: ${text}`);
}
