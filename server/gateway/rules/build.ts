import { buffer } from "node:stream/consumers";
import { refusal } from "../failure";
import type { Draft } from "../relay/draft";
import type { RequestStep } from "./rule";

/** A file of a build context, as read from what a browser sent. */
interface BuildFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Browsers cannot make a tar archive: a Dockerfile or files that they send become one. */
export const rewriteBuild: RequestStep = async ({ engine, request }, draft) => {
  const mediaType = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
  const read = READERS[mediaType];
  if (!read) return;
  const files = await read(draft).catch((cause: Error) => {
    throw refusal(engine.address, 500, cause.message);
  });
  draft.setBody(await archiveOf(files));
  draft.setHeader("Content-Type", "application/x-tar");
};

const dockerfile = (content: Buffer): BuildFile[] => [{ name: "Dockerfile", content }];

/** By media type. Any other is for the engine as it is, like the archive that the docker command line sends. */
const READERS: Readonly<Record<string, (draft: Draft) => Promise<BuildFile[]>>> = {
  "": async (draft) => dockerfile(await draft.readBody()),

  "application/json": async (draft) => {
    const { content = "" } = JSON.parse((await draft.readBody()).toString()) as { content?: string };
    return dockerfile(Buffer.from(content));
  },

  "multipart/form-data": async (draft) => {
    const headers = { "Content-Type": draft.header("Content-Type") ?? "" };
    const form = await new Response(new Uint8Array(await draft.readBody()), { headers }).formData();
    const files = [...form.values()].filter((it) => it instanceof File);
    if (files.length === 0) throw new Error("uploaded files not found to generate image");
    return Promise.all(files.map(buildFile));
  },
};

/** A Dockerfile typed into a page is a file without a name, which browsers call `blob`. */
async function buildFile(file: File): Promise<BuildFile> {
  return {
    name: file.name === "blob" ? "Dockerfile" : file.name,
    content: Buffer.from(await file.arrayBuffer()),
  };
}

async function archiveOf(files: readonly BuildFile[]): Promise<Buffer> {
  const { pack } = require("tar-stream") as typeof import("tar-stream");
  const archive = pack();
  for (const { name, content } of files) archive.entry({ name, mode: 0o600 }, content);
  archive.finalize();
  return buffer(archive);
}
