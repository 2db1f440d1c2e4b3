import { STATUS_CODES } from "node:http";
import type { Readable } from "node:stream";
import { ErrorBody } from "../contract";
import { ApiError } from "./errors";
import { hintFor, redirectHint } from "./hints";
import type { PreparedCall } from "./request";
import { redact } from "./secrets";
import type { Incoming } from "./transport";
import type { Base } from "./url";

/** The error for an answer without success. */
export async function refusalOf(
  call: PreparedCall,
  base: Base,
  { status, headers, body }: Incoming,
): Promise<ApiError> {
  const { route, path, isDocker } = call;
  const errorText = await readErrorBody(body, call.secrets);
  const { message, details, isJson } = errorText;
  const source = isDocker && isFromEngine(errorText) ? "engine" : "portainer";
  const hint = headers.location
    ? redirectHint(headers.location, path, base.origin + call.fullPath)
    : hintFor({ route, status, message, isJson, source, isDocker, path });
  return new ApiError({
    status,
    method: route.method,
    path,
    serverMessage: message || (STATUS_CODES[status] ?? ""),
    details,
    isJson,
    source,
    hint,
  });
}

/** Only Portainer sends `details`, except with this message of its gateway. */
function isFromEngine({ isJson, message, details }: ErrorText): boolean {
  return isJson && details === undefined && message !== "access denied to resource";
}

/** In bytes. Errors are short; anything longer is some web page. */
const LONGEST_BODY = 64 * 1024;

const LONGEST_TEXT = 200;

/** The text of an error answer. */
interface ErrorText {
  readonly isJson: boolean;
  /** The `message` of JSON, the title of a web page, or the text, on one line. */
  readonly message: string;
  readonly details?: string | undefined;
}

/**
 * Portainer and engines send errors as JSON; routers and proxies as text, a web page, or nothing. Any of them may
 * repeat the request, so `secrets` are removed.
 */
async function readErrorBody(body: Readable, secrets: readonly string[]): Promise<ErrorText> {
  const text = await readStart(body);
  const json = parseJson(text);
  const parsed = ErrorBody.safeParse(json);
  if (!parsed.success) {
    return { isJson: json !== undefined, message: oneLine(redact(titleOf(text) ?? text, secrets)) };
  }
  const { message = "", details } = parsed.data;
  return { isJson: true, message: redact(message, secrets), details: details && redact(details, secrets) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The title of a web page, which is all that an error repeats of it. */
function titleOf(text: string): string | undefined {
  if (!/^\s*</.test(text)) return undefined;
  return /<title[^>]*>([^<]*)/i.exec(text)?.[1] ?? "";
}

function oneLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line;
}

async function readStart(body: Readable): Promise<string> {
  const read: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    read.push(chunk);
    length += chunk.length;
    if (length >= LONGEST_BODY) break;
  }
  return Buffer.concat(read).toString("utf8");
}
