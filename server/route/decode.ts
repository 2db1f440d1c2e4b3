import type { Readable } from "node:stream";
import { z } from "zod";
import type { FormFile, Route } from "../../contract";
import type { Identity } from "../auth/authenticate";
import { HttpError } from "../http-error";
import type { ResponseOptions, RouteCall } from "./call";
import type { ApiRequest } from "./router";

type Fields = Record<string, string | FormFile>;

/**
 * The fields of a form, which may come in the query too. What comes in both: an urlencoded body wins over the query,
 * the query wins over the texts of a multipart body but not over its files, and a body that is broken has no fields
 * (so Go decodes them).
 */
async function decodeForm(type: string, body: Buffer<ArrayBuffer>, search: URLSearchParams): Promise<Fields> {
  const query = Object.fromEntries([...search].reverse());
  if (isMultipart(type)) {
    const { texts, files } = await multipart(type, body);
    return { ...texts, ...query, ...files };
  }
  if (!/^application\/x-www-form-urlencoded/i.test(type)) return query;
  return { ...query, ...Object.fromEntries([...new URLSearchParams(body.toString())].reverse()) };
}

export const isMultipart = (type = ""): boolean => /^multipart\/form-data/i.test(type);

/** The first value of each name, text fields and files separately. */
async function multipart(type: string, body: Buffer<ArrayBuffer>) {
  const texts: Record<string, string> = {};
  const files: Record<string, FormFile> = {};
  for (const [name, value] of await entries(type, body)) {
    if (typeof value === "string") texts[name] ??= value;
    else files[name] ??= { filename: value.name, content: new Uint8Array(await value.arrayBuffer()) };
  }
  return { texts, files };
}

async function entries(type: string, body: Buffer<ArrayBuffer>) {
  try {
    return [...(await new Response(body, { headers: { "content-type": type } }).formData()).entries()];
  } catch {
    return [];
  }
}

export const INVALID_PAYLOAD = "Invalid request payload";

/** Reads a JSON body as Go does, then checks it against the schema. */
function decodeJson<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  // Go decodes `null` as an empty object.
  return checked(schema, fold(schema, parseFirstValue(text) ?? {}));
}

/** Like Portainer, report only the first problem. */
function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new HttpError(400, INVALID_PAYLOAD, result.error.issues[0]?.message);
}

function parseFirstValue(text: string): unknown {
  if (text.trim() === "") throw new HttpError(400, INVALID_PAYLOAD, "EOF");
  try {
    return JSON.parse(text);
  } catch {
    return parsePrefix(text);
  }
}

/** Go's decoder stops after the first value and ignores the rest. */
function parsePrefix(text: string): unknown {
  const end = endOfObject(text);
  try {
    return JSON.parse(text.slice(0, end));
  } catch (error) {
    throw new HttpError(400, INVALID_PAYLOAD, end ? (error as Error).message : "Unexpected EOF");
  }
}

function endOfObject(text: string): number {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "\\" && inString) at++;
    else if (char === '"') inString = !inString;
    else if (inString) continue;
    else if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth === 0) return at + 1;
  }
  return 0;
}

/** Matches keys case-insensitively and drops nulls, as Go does. */
function fold(schema: z.ZodType, value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (schema instanceof z.ZodObject) return Array.isArray(value) ? value : foldObject(schema, value);
  if (schema instanceof z.ZodArray)
    return Array.isArray(value) ? value.map((item) => fold(schema.element as z.ZodType, item)) : value;
  if (schema instanceof z.ZodRecord)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, fold(schema.valueType as z.ZodType, item)]),
    );
  const inner = unwrap(schema);
  return inner ? fold(inner, value) : value;
}

function unwrap(schema: z.ZodType): z.ZodType | undefined {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return schema.unwrap() as z.ZodType;
  return schema instanceof z.ZodPipe ? (schema.in as z.ZodType) : undefined;
}

const spellings = new WeakMap<z.ZodObject, Map<string, string>>();

function foldObject(schema: z.ZodObject, value: object): Record<string, unknown> {
  let known = spellings.get(schema);
  if (!known) {
    known = new Map(Object.keys(schema.shape).map((key) => [key.toLowerCase(), key]));
    spellings.set(schema, known);
  }
  const folded: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const spelling = known.get(key.toLowerCase());
    if (spelling && item !== null) folded[spelling] = fold(schema.shape[spelling] as z.ZodType, item);
  }
  return folded;
}

const LARGEST_BODY = 8 * 1024 * 1024;
/** How long a body may take, in milliseconds, so that slow clients do not hold connections for ever. */
const LONGEST = 5 * 60_000;

/** Reads a whole body of at most `largest` bytes within `longest` milliseconds. */
export async function readBody(
  incoming: Readable,
  largest = LARGEST_BODY,
  longest = LONGEST,
): Promise<Buffer<ArrayBuffer>> {
  const late = new HttpError(408, "Request timeout", "The body of the request did not come in time");
  const timer = setTimeout(() => incoming.destroy(late), longest);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > largest)
        throw new HttpError(413, "Request body too large", `At most ${largest} bytes are taken`);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof HttpError) throw cause;
    throw new HttpError(400, "Request body incomplete", (cause as Error).message, { cause });
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}

type Params = RouteCall<Route>["params"];

/** Decodes a request for a route. The body is read now, and validated when the handler accesses it. */
export async function decode(
  route: Route,
  request: ApiRequest,
  params: Params,
  identity: Identity | undefined,
): Promise<RouteCall<Route>> {
  if (!route.body && !route.form) return new Decoded(route, request, params, identity) as RouteCall<Route>;
  const body = await readBody(request.incoming, route.largest);
  const form = route.form && (await decodeForm(request.headers["content-type"] ?? "", body, request.query));
  return new Decoded(route, request, params, identity, body, form) as RouteCall<Route>;
}

class Decoded {
  readonly params: Params;
  readonly caller: Identity["caller"] | undefined;
  readonly credential: Identity["credential"] | undefined;
  readonly forceChangePassword: boolean;
  readonly reply: ResponseOptions = { headers: {} };
  readonly #route: Route;
  readonly #request: ApiRequest;
  readonly #body: Buffer | undefined;
  readonly #form: object | undefined;

  constructor(
    route: Route,
    request: ApiRequest,
    params: Params,
    identity: Identity | undefined,
    body?: Buffer,
    form?: object,
  ) {
    this.params = params;
    this.caller = identity?.caller;
    this.credential = identity?.credential;
    this.forceChangePassword = identity?.forceChangePassword ?? false;
    this.#route = route;
    this.#request = request;
    this.#body = body;
    this.#form = form;
  }

  get headers() {
    return this.#request.headers;
  }

  get search(): URLSearchParams {
    return this.#request.query;
  }

  get query() {
    const { query } = this.#route;
    return query && checked(query, readQuery(this.search));
  }

  get body() {
    const { body } = this.#route;
    return body && decodeJson(body, this.#body?.toString() ?? "");
  }

  get form() {
    const { form } = this.#route;
    return form && checked(form, this.#form);
  }
}

/** The first value of each name, or all values of names that end in `[]`. */
function readQuery(search: URLSearchParams): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(search.keys()))
    query[name] = name.endsWith("[]") ? search.getAll(name) : (search.get(name) ?? "");
  return query;
}

/** Reads the JSON in the query parameter `filters`; absent means the schema's defaults. */
export function readFilters<S extends z.ZodType>(schema: S, text: string | undefined): z.output<S> {
  try {
    return decodeJson(schema, text || "{}");
  } catch (cause) {
    const { details } = cause as HttpError;
    throw new HttpError(400, "Invalid query parameter: filters", details, { cause });
  }
}

/** Drops undefined properties, so that a spread does not overwrite values with them. */
export function defined<T extends object>(object: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
