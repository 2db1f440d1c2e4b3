import { buffer } from "node:stream/consumers";
import { refusal } from "../failure";
import type { OutgoingRequest } from "../relay/outgoing-request";
import type { RequestStep } from "./rule";

/** A file of a build context, as read from what a browser sent. */
interface BuildFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Browsers cannot make a tar archive, so a Dockerfile or files that they send are packed into one. */
export const rewriteBuild: RequestStep = async ({ engine, request }, outgoing) => {
  const mediaType = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
  const read = READERS[mediaType];
  if (!read) return;
  const files = await read(outgoing).catch((cause: Error) => {
    throw refusal(engine.address, 500, cause.message);
  });
  outgoing.setBody(await archiveOf(files));
  outgoing.setHeader("Content-Type", "application/x-tar");
};

const dockerfile = (content: Buffer): BuildFile[] => [{ name: "Dockerfile", content }];

/** By media type. Any other body is passed on unchanged, like the archive that the docker command line sends. */
const READERS: Readonly<Record<string, (outgoing: OutgoingRequest) => Promise<BuildFile[]>>> = {
  "": async (outgoing) => dockerfile(await outgoing.readBody()),

  "application/json": async (outgoing) => {
    const { content = "" } = JSON.parse((await outgoing.readBody()).toString()) as { content?: string };
    return dockerfile(Buffer.from(content));
  },

  "multipart/form-data": async (outgoing) => {
    const headers = { "Content-Type": outgoing.header("Content-Type") ?? "" };
    const form = await new Response(new Uint8Array(await outgoing.readBody()), { headers }).formData();
    const files = [...form.values()].filter((it) => it instanceof File);
    if (files.length === 0) throw new Error("uploaded files not found to generate image");
    return Promise.all(files.map(buildFile));
  },
};

/** A Dockerfile typed into a page is a file without a name, and browsers call it `blob`. */
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
