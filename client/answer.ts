import { text } from "node:stream/consumers";
import type { z } from "zod";
import { ContractError } from "./errors";
import type { PreparedCall } from "./request";
import type { Incoming } from "./transport";

/** As much of a call as it takes to read the answer: the schemas of its route, and the path for errors. */
type AnsweredCall = Pick<PreparedCall, "route" | "path">;

/** Reads the answer of a successful call as its route declares it. */
export async function readAnswer(call: AnsweredCall, { body }: Pick<Incoming, "body">): Promise<unknown> {
  const { response, lines, bytes } = call.route;
  if (bytes) return body;
  if (lines) return parseLines(call, lines, body);
  const content = await text(body);
  return response ? parse(call, response, content) : undefined;
}

async function* parseLines(
  call: AnsweredCall,
  schema: z.ZodType,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<unknown> {
  for await (const line of readLines(chunks)) yield parse(call, schema, line);
}

/** The lines of a stream without line ends; empty lines are left out. */
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

/** How many differences an error lists. */
const LISTED = 3;

/** An empty body is valid where the answer is optional, as with 204. */
function parse(call: AnsweredCall, schema: z.ZodType, text: string): unknown {
  const isAbsent = text === "" && schema.isOptional();
  const result = schema.safeParse(isAbsent ? undefined : parseJson(call, text));
  if (result.success) return result.data;
  const { issues } = result.error;
  const listed = issues
    .slice(0, LISTED)
    .map(({ path, message }) => `${pointer(path)}: ${message.replace("Invalid input: ", "")}`);
  throw mismatch(call, issues.length > LISTED ? [...listed, `and ${issues.length - LISTED} more`] : listed);
}

function parseJson(call: AnsweredCall, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const isPage = /^\s*</.test(text);
    const problem = text === "" ? "it is empty" : isPage ? "it is HTML, not JSON" : "it is not JSON";
    throw mismatch(call, [problem], "Is the url that of a Portainer server, sub-path included?");
  }
}

function mismatch(
  { route, path }: AnsweredCall,
  expectations: readonly string[],
  hint?: string,
): ContractError {
  return new ContractError({ method: route.method, path, expectations, hint });
}

/** A JSON pointer (RFC 6901), with `/` for the whole answer. */
function pointer(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => String(part).replace(/~/g, "~0").replace(/\//g, "~1"));
  return `/${parts.join("/")}`;
}
