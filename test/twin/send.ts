import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import type { FilePart, Step } from "./scenario";
import { fill, type Variables } from "./variables";

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly raw: Buffer;
  /** JSON, or `{ text }`, or null for nothing. */
  readonly body: unknown;
  readonly isJson: boolean;
}

interface Content {
  readonly type?: string;
  readonly bytes: Buffer;
}

/** Plays one step. A connection that breaks gives status 0. */
export async function send(
  base: string,
  step: Step,
  variables: Variables,
  fixtures: Fixtures,
): Promise<Answer> {
  const content = await contentOf(step, variables, fixtures);
  const headers = headersOf(step, variables, content);
  const url = new URL(base);
  return new Promise((resolve) => {
    const outgoing = request({
      host: url.hostname,
      port: url.port,
      method: step.method,
      path: url.pathname.replace(/\/$/, "") + targetOf(step, variables),
      headers,
      agent: false,
    });
    const broken = (error: Error) => resolve(answer(0, {}, Buffer.from(`no answer: ${error.message}`)));
    outgoing.on("error", broken);
    outgoing.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(answer(101, response.headers, Buffer.alloc(0)));
    });
    outgoing.on("response", async (response) => {
      const raw = await buffer(response).catch(() => Buffer.alloc(0));
      resolve(answer(response.statusCode ?? 0, response.headers, raw));
    });
    outgoing.end(content?.bytes);
  });
}

/** PEM files by name. */
export type Fixtures = ReadonlyMap<string, string>;

function answer(status: number, headers: Answer["headers"], raw: Buffer): Answer {
  if (raw.length === 0) return { status, headers, raw, body: null, isJson: false };
  const text = raw.toString();
  try {
    return { status, headers, raw, body: JSON.parse(text), isJson: true };
  } catch {
    return { status, headers, raw, body: { text }, isJson: false };
  }
}

function targetOf({ path, query }: Step, variables: Variables): string {
  const target = String(fill(path, variables));
  if (!query) return target;
  const search = new URLSearchParams();
  for (const [key, value] of Array.isArray(query) ? query : Object.entries(query)) {
    const filled = fill(value, variables);
    for (const one of Array.isArray(filled) ? filled : [filled])
      search.append(String(fill(key, variables)), asText(one));
  }
  return `${target}${target.includes("?") ? "&" : "?"}${search}`;
}

const asText = (value: unknown): string =>
  typeof value === "object" ? JSON.stringify(value) : String(value);

function headersOf(step: Step, variables: Variables, content: Content | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  if (content?.type) headers["content-type"] = content.type;
  if (content || ["POST", "PUT", "PATCH"].includes(step.method))
    headers["content-length"] = String(content?.bytes.length ?? 0);
  Object.assign(headers, credentials(step.as, variables));
  for (const [name, value] of Object.entries(step.headers ?? {})) {
    const filled = fill(value, variables);
    headers[name.toLowerCase()] = isBase64(filled)
      ? Buffer.from(JSON.stringify(filled.b64json)).toString("base64")
      : String(filled);
  }
  return headers;
}

const isBase64 = (value: unknown): value is { b64json: unknown } =>
  value !== null && typeof value === "object" && "b64json" in value;

function credentials(as: string | undefined, variables: Variables): Record<string, string> {
  if (as === undefined) return {};
  const [, kind, name = as] = /^(apikey|raw):(.*)$/.exec(as) ?? [];
  const value = String(fill(`{{${name}}}`, variables));
  if (kind === "apikey") return { "x-api-key": value };
  return { authorization: kind === "raw" ? value : `Bearer ${value}` };
}

async function contentOf(step: Step, variables: Variables, fixtures: Fixtures): Promise<Content | undefined> {
  if (step.json !== undefined)
    return { type: "application/json", bytes: Buffer.from(JSON.stringify(fill(step.json, variables))) };
  if (step.form) {
    const fields = Object.entries(fill(step.form, variables) as object).map(
      ([key, value]): [string, string] => [key, asText(value)],
    );
    return {
      type: "application/x-www-form-urlencoded",
      bytes: Buffer.from(String(new URLSearchParams(fields))),
    };
  }
  if (step.multipart) return multipart(fill(step.multipart, variables) as Parts, fixtures);
  if (step.tar) return { type: "application/x-tar", bytes: await tar(step.tar) };
  if (step.body !== undefined) return { bytes: Buffer.from(String(fill(step.body, variables))) };
  return undefined;
}

type Parts = NonNullable<Step["multipart"]>;

const BOUNDARY = "twin-boundary-7d1f3b";

function multipart({ fields = {}, files = {} }: Parts, fixtures: Fixtures): Content {
  const part = (disposition: string, content: string) =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
  const texts = Object.entries(fields).map(([name, value]) => part(`name="${name}"`, asText(value)));
  const uploads = Object.entries(files).map(([name, file]) => {
    const { filename, content } = filePart(name, file, fixtures);
    return part(`name="${name}"; filename="${filename}"\r\nContent-Type: application/octet-stream`, content);
  });
  const bytes = Buffer.from(`${[...texts, ...uploads].join("")}--${BOUNDARY}--\r\n`);
  return { type: `multipart/form-data; boundary=${BOUNDARY}`, bytes };
}

function filePart(name: string, file: FilePart, fixtures: Fixtures): { filename: string; content: string } {
  if (typeof file !== "string") return { filename: file.filename ?? name, content: file.content };
  return { filename: file, content: fixtures.get(file) ?? "" };
}

function tar(files: Record<string, string>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o644 }, content);
  archive.finalize();
  return buffer(archive);
}
