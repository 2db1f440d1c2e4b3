import { buffer, text } from "node:stream/consumers";
import type { EngineClient } from "../engine/client.mts";

const IMAGE = "busybox:1.37";

/** The root file system of the public image, which the engine pulls. */
export async function publicBusybox(engine: EngineClient): Promise<Buffer> {
  await pull(engine);
  const { Id } = await engine.json<{ Id: string }>("/containers/create", "POST", {
    Image: IMAGE,
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
    await engine.stream(`/images/create?fromImage=${encodeURIComponent(IMAGE)}`, "POST"),
  );
  const failure = /"error":"((?:[^"\\]|\\.)*)"/.exec(progress);
  if (failure) throw new Error(`pulling ${IMAGE}: ${failure[1]}`);
}
