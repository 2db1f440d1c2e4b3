import { text } from "node:stream/consumers";
import { which } from "../../machine/command.mts";
import { step } from "../../machine/progress.mts";
import { messageOf, SetUpError } from "../../machine/set-up-error.mts";
import { type EngineClient, engineClient } from "../engine/client.mts";
import type { Engine } from "../engine/find.mts";
import { debianBusybox } from "./debian-busybox.mts";
import { publicBusybox } from "./public-busybox.mts";
import { rootFilesystem } from "./root-filesystem.mts";

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
