import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { extract, type Header, pack } from "tar-stream";
import { run, which } from "../machine/command.mts";
import { messageOf, SetUpError, step } from "../machine/progress.mts";
import { unpackDebianPackage } from "./debian.mts";
import { type Engine, type EngineClient, engineClient } from "./engine/find.mts";

/** A file system under construction: a tar in memory. */
function rootFilesystem() {
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

/** A root file system from Debian's `busybox-static`: unpacked into a temporary folder, not installed. */
async function debianBusybox(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-busybox-"));
  try {
    const busybox = await unpackBusybox(folder);
    const root = rootFilesystem();
    root.folder("bin");
    root.file("bin/busybox", await readFile(busybox), 0o755);
    for (const applet of (await run(busybox, ["--list"])).trim().split("\n")) {
      if (applet !== "busybox") root.link(`bin/${applet}`, "busybox");
    }
    root.folder("etc");
    root.file("etc/passwd", "root:x:0:0:root:/:/bin/sh\n");
    root.file("etc/group", "root:x:0:\n");
    root.folder("tmp", 0o1777);
    return await root.finish();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unpackBusybox(folder: string): Promise<string> {
  await unpackDebianPackage("busybox-static", folder);
  return join(folder, "bin", "busybox");
}

const PUBLIC_IMAGE = "busybox:1.37";

/** The root file system of the public image, which the engine pulls. */
async function publicBusybox(engine: EngineClient): Promise<Buffer> {
  await pull(engine);
  const { Id } = await engine.json<{ Id: string }>("/containers/create", "POST", {
    Image: PUBLIC_IMAGE,
    Cmd: ["true"],
  });
  try {
    return await buffer(await engine.stream(`/containers/${Id}/export`));
  } finally {
    await engine.json(`/containers/${Id}?force=true`, "DELETE");
  }
}

/** The answer is 200 as soon as the pull has begun; an error comes as a line of the stream. */
async function pull(engine: EngineClient): Promise<void> {
  const progress = await text(
    await engine.stream(`/images/create?fromImage=${encodeURIComponent(PUBLIC_IMAGE)}`, "POST"),
  );
  const failure = /"error":"((?:[^"\\]|\\.)*)"/.exec(progress);
  if (failure) throw new Error(`pulling ${PUBLIC_IMAGE}: ${failure[1]}`);
}

/** A small image with a shell, `httpd`, `nc`, `wget` and `sleep`, and a page in `/www` that says which of the two it is. */
export const IMAGE = "pulumi-portainer/busybox:1";
export const OTHER_IMAGE = "pulumi-portainer/busybox:2";

/** Raised when the content changes, so that images made by an older checkout are made anew. */
const RECIPE = "1";
const RECIPE_LABEL = "io.pulumi.portainer.recipe";

/** Makes the images that examples and tests run, without any registry where that can be done. */
export function ensureImages(engine: Engine): Promise<void> {
  return step(
    "Images",
    async (report) => {
      using client = engineClient(engine.url);
      if ((await isUpToDate(client, IMAGE)) && (await isUpToDate(client, OTHER_IMAGE))) return;
      report("fetching busybox");
      const busybox = await busyboxFor(engine, client);
      report("importing");
      await importImage(client, IMAGE, await withPage(busybox, "1"));
      await importImage(client, OTHER_IMAGE, await withPage(busybox, "2"));
    },
    () => `${IMAGE}, ${OTHER_IMAGE}`,
  );
}

/** Gives an image another name. */
export async function tagImage(engine: Engine, image: string, name: string): Promise<void> {
  using client = engineClient(engine.url);
  const [repo = name, tag = "latest"] = name.split(":");
  await client.json(`/images/${image}/tag?${new URLSearchParams({ repo, tag })}`, "POST");
}

async function isUpToDate(client: EngineClient, image: string): Promise<boolean> {
  try {
    const { Config } = await client.json<{ Config: { Labels?: Record<string, string> | null } }>(
      `/images/${image}/json`,
    );
    return Config.Labels?.[RECIPE_LABEL] === RECIPE;
  } catch {
    return false;
  }
}

/** A file system with busybox, as a tar: from Debian where its programs run on the engine, else from the public registry. */
async function busyboxFor(engine: Engine, client: EngineClient): Promise<Buffer> {
  const canUseDebian = (await which("apt-get")) && engine.arch === archOfThisMachine();
  const sources = [...(canUseDebian ? [debianBusybox] : []), () => publicBusybox(client)];
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      return await source();
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  throw new SetUpError(`An image with busybox could neither be made nor pulled.\n${reasons.join("\n")}`);
}

async function withPage(busybox: Buffer, which: string): Promise<Buffer> {
  const root = rootFilesystem();
  await root.addAll(busybox);
  root.folder("www");
  root.file("www/index.html", `Hello from pulumi-portainer, image ${which}\n`);
  return root.finish();
}

function archOfThisMachine(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}

async function importImage(client: EngineClient, image: string, content: Buffer): Promise<void> {
  const [repo = image, tag = "latest"] = image.split(":");
  const query = new URLSearchParams({ fromSrc: "-", repo, tag });
  query.append("changes", 'CMD ["/bin/sh"]');
  query.append("changes", `LABEL ${RECIPE_LABEL}=${RECIPE}`);
  await text(await client.stream(`/images/create?${query}`, "POST", content));
}
