import { STATUS_CODES } from "node:http";
import { ErrorBody } from "../contract/index";
import type { Call } from "./call";
import { ApiError } from "./errors/api-error";
import type { Incoming } from "./exchange";
import { hintFor, redirectHint } from "./hints/api";
import { redact } from "./secrets";
import type { Base } from "./url";

/** In bytes. Errors are short; what is longer is a page of something else. */
const LONGEST_BODY = 64 * 1024;
const LONGEST_TEXT = 200;

/** The error for an answer that was not success. */
export async function refusalOf(
  call: Call,
  base: Base,
  { status, headers, chunks }: Incoming,
): Promise<ApiError> {
  const { route, path, isDocker } = call;
  const body = readBody(await readStart(chunks));
  const message = redact(body.message, call.secrets);
  const details = body.details && redact(body.details, call.secrets);
  const source = isDocker && isEngines(body) ? "engine" : "portainer";
  const hint = headers.location
    ? redirectHint(headers.location, path, base.origin + call.fullPath)
    : hintFor({ route, status, message, isJson: body.isJson, source, isDocker });
  return new ApiError({
    status,
    method: route.method,
    path,
    serverMessage: message || (STATUS_CODES[status] ?? ""),
    details,
    isJson: body.isJson,
    source,
    hint,
  });
}

interface Said {
  readonly isJson: boolean;
  readonly message: string;
  readonly details?: string | undefined;
}

/** Only Portainer gives `details`; this refusal of the gateway's is the one that comes without. */
function isEngines({ isJson, message, details }: Said): boolean {
  return isJson && details === undefined && message !== "access denied to resource";
}

function readBody(text: string): Said {
  const json = parseJson(text);
  const parsed = ErrorBody.safeParse(json);
  if (parsed.success)
    return { isJson: true, message: parsed.data.message ?? "", details: parsed.data.details };
  return { isJson: json !== undefined, message: oneLine(titleOf(text) ?? text) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of a web page only the title is worth repeating. */
function titleOf(text: string): string | undefined {
  if (!/^\s*</.test(text)) return undefined;
  return /<title[^>]*>([^<]*)/i.exec(text)?.[1] ?? "";
}

function oneLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line;
}

async function readStart(chunks: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    read.push(chunk);
    length += chunk.length;
    if (length >= LONGEST_BODY) break;
  }
  return Buffer.concat(read).toString("utf8");
}
