import { text } from "node:stream/consumers";
import type { z } from "zod";
import { ContractError } from "./errors";
import type { PreparedCall } from "./request";
import type { Incoming } from "./transport";

/** The lines of a stream, without their ends and without empty ones. */
async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? "";
    yield* lines.filter(isFilled);
  }
  rest += decoder.decode();
  if (isFilled(rest)) yield rest;
}

function isFilled(line: string): boolean {
  return line.trim() !== "";
}

/** How many differences an error names. */
const MOST = 3;

/** What an answer is read by: the schema of its route, and the path that errors name. */
type Asked = Pick<PreparedCall, "route" | "path">;

/** The answer of a successful call, as its route declares it. */
export async function readAnswer(call: Asked, { body }: Pick<Incoming, "body">): Promise<unknown> {
  const { response, lines, bytes } = call.route;
  if (bytes) return body;
  if (lines) return parseLines(call, lines, body);
  const said = await text(body);
  return response ? parse(call, response, said) : undefined;
}

async function* parseLines(
  call: Asked,
  schema: z.ZodType,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<unknown> {
  for await (const line of readLines(chunks)) yield parse(call, schema, line);
}

/** An empty body is no JSON; a route whose answer is optional means it by 204. */
function parse(call: Asked, schema: z.ZodType, text: string): unknown {
  const isNothing = text === "" && schema.isOptional();
  const result = schema.safeParse(isNothing ? undefined : parseJson(call, text));
  if (result.success) return result.data;
  const { issues } = result.error;
  const named = issues
    .slice(0, MOST)
    .map(({ path, message }) => `${pointer(path)}: ${message.replace("Invalid input: ", "")}`);
  throw mismatch(call, issues.length > MOST ? [...named, `and ${issues.length - MOST} more`] : named);
}

function parseJson(call: Asked, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const isPage = /^\s*</.test(text);
    const what = text === "" ? "it is empty" : isPage ? "it is HTML, not JSON" : "it is not JSON";
    throw mismatch(call, [what], "Is the url that of a Portainer server, sub-path included?");
  }
}

function mismatch({ route, path }: Asked, expectations: readonly string[], hint?: string): ContractError {
  return new ContractError({ method: route.method, path, expectations, hint });
}

/** RFC 6901, with `/` for the whole. */
function pointer(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => String(part).replace(/~/g, "~0").replace(/\//g, "~1"));
  return `/${parts.join("/")}`;
}
