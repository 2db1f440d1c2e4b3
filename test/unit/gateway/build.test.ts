import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "@jest/globals";
import { extract } from "tar-stream";
import { startRawBodyEngine } from "../../support/fake-engine";
import { startGateway } from "../../support/gateway";

async function filesIn(archive: Buffer): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const tar = extract();
  Readable.from([archive]).pipe(tar);
  for await (const entry of tar) files[entry.header.name] = await text(entry);
  return files;
}

async function built(body: NonNullable<RequestInit["body"]>, type?: string) {
  await using engine = await startRawBodyEngine();
  await using gateway = await startGateway(engine);
  const headers = { "X-API-Key": "admin", ...(type !== undefined && { "Content-Type": type }) };
  const response = await fetch(`${gateway.url}/build?t=x`, { method: "POST", headers, body });
  const [seen] = engine.bodies;
  return { status: response.status, type: seen?.type, body: seen?.body ?? Buffer.alloc(0) };
}

function form(files: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, content] of Object.entries(files)) data.append(name, new File([content], name));
  return data;
}

describe("a build", () => {
  test.each([
    [
      "a Dockerfile without a type",
      new Uint8Array(Buffer.from("FROM a")),
      undefined,
      { Dockerfile: "FROM a" },
    ],
    [
      "a Dockerfile in JSON",
      JSON.stringify({ content: "FROM a" }),
      "application/json",
      { Dockerfile: "FROM a" },
    ],
    [
      "files of a form",
      form({ blob: "FROM a", "app.js": "1" }),
      undefined,
      { Dockerfile: "FROM a", "app.js": "1" },
    ],
  ])("of %s is one of an archive", async (_, body, type, files) => {
    const seen = await built(body, type);
    expect(seen.type).toBe("application/x-tar");
    expect(await filesIn(seen.body)).toEqual(files);
  });

  test("of an archive passes as it is", async () => {
    const seen = await built("any bytes", "application/x-tar");
    expect(seen).toMatchObject({ status: 200, type: "application/x-tar" });
    expect(seen.body.toString()).toBe("any bytes");
  });

  test("of a form without files is an error", async () => {
    expect((await built(new FormData())).status).toBe(500);
  });
});
