/**
 * Finds parts of a JSON text without decoding it, so that objects can be removed and added to while every other byte that the
 * engine wrote stays, numbers of any size included.
 *
 * @module
 */

/** Where a value lies in a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;

/** A value in an object, with where its key lies, quotes included. */
interface MemberSpan extends Span {
  readonly keyStart: number;
  readonly keyEnd: number;
}

/** The elements of the array that starts at `at`; none if something else does. */
export function elementsOf(text: Buffer, at = 0): Span[] {
  const elements: Span[] = [];
  let position = skipSpace(text, at);
  if (text[position] !== OPEN_ARRAY) return elements;
  position = skipSpace(text, position + 1);
  while (position < text.length && text[position] !== CLOSE_ARRAY) {
    const end = skipValue(text, position);
    elements.push({ start: position, end });
    position = nextAfter(text, end);
  }
  return elements;
}

/** The value under `key` in the object that starts at `at`. Keys of the engine's objects are never escaped. */
export function memberOf(text: Buffer, key: string, at = 0): MemberSpan | undefined {
  return findMember(text, at, ({ keyStart, keyEnd }) => equals(text, keyStart + 1, keyEnd - 1, key));
}

/** The first member of the object that starts at `at` that passes; none if something else starts there. */
function findMember(
  text: Buffer,
  at: number,
  passes: (member: MemberSpan) => boolean,
): MemberSpan | undefined {
  let position = skipSpace(text, at);
  if (text[position] !== OPEN_OBJECT) return undefined;
  position = skipSpace(text, position + 1);
  while (text[position] === QUOTE) {
    const keyEnd = skipString(text, position);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const member = { keyStart: position, keyEnd, start, end: skipValue(text, start) };
    if (passes(member)) return member;
    position = nextAfter(text, member.end);
  }
  return undefined;
}

export function isEmptyObject(text: Buffer, at: number): boolean {
  return text[skipSpace(text, skipSpace(text, at) + 1)] === CLOSE_OBJECT;
}

/** The decoded value of a span. */
export function decode(text: Buffer, { start, end }: Span): unknown {
  return JSON.parse(text.toString("utf8", start, end));
}

function skipValue(text: Buffer, from: number): number {
  const first = text[from];
  if (first === QUOTE) return skipString(text, from);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return skipNested(text, from);
  let position = from;
  while (position < text.length && !endsScalar(text[position] as number)) position++;
  if (position === from) throw new SyntaxError(`Unexpected byte in JSON at ${from}`);
  return position;
}

function skipNested(text: Buffer, from: number): number {
  let depth = 0;
  for (let position = from; position < text.length; position++) {
    const byte = text[position];
    if (byte === QUOTE) position = skipString(text, position) - 1;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return position + 1;
  }
  throw new SyntaxError("Unexpected end of JSON");
}

function skipString(text: Buffer, from: number): number {
  for (let position = from + 1; position < text.length; position++) {
    const byte = text[position];
    if (byte === QUOTE) return position + 1;
    if (byte === BACKSLASH) position++;
  }
  throw new SyntaxError("Unexpected end of JSON");
}

function skipSpace(text: Buffer, from: number): number {
  let position = from;
  while (position < text.length && (text[position] as number) <= SPACE) position++;
  return position;
}

function nextAfter(text: Buffer, end: number): number {
  const position = skipSpace(text, end);
  return text[position] === COMMA ? skipSpace(text, position + 1) : position;
}

const endsScalar = (byte: number) =>
  byte <= SPACE || byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT;

function equals(text: Buffer, start: number, end: number, key: string): boolean {
  if (end - start !== key.length) return false;
  for (let i = 0; i < key.length; i++) if (text[start + i] !== key.charCodeAt(i)) return false;
  return true;
}

/**
 * Every value at a path of keys, where `*` is each element of an array. Engines match keys regardless of case,
 * and merge what stands under the same key twice, so each spelling and each repetition counts.
 */
export function allAt(text: Buffer, path: readonly string[]): unknown[] {
  const whole = { start: 0, end: text.length };
  return path
    .reduce<Span[]>((spans, key) => spans.flatMap((span) => childrenAt(text, span, key)), [whole])
    .map((span) => decode(text, span));
}

function childrenAt(text: Buffer, { start }: Span, key: string): Span[] {
  if (key === "*") return elementsOf(text, start);
  const found: Span[] = [];
  findMember(text, start, (member) => {
    const name = decode(text, { start: member.keyStart, end: member.keyEnd });
    if (fold(String(name)) === fold(key)) found.push(member);
    return false;
  });
  return found;
}

/** Lower case first makes the Kelvin sign a `k`, upper case then the long s an `S`: as Go's `EqualFold` has it. */
const fold = (key: string) => key.toLowerCase().toUpperCase();

/** An object in a JSON text, of which only what is asked for is decoded. */
export class JsonObject {
  readonly text: Buffer;
  readonly span: Span;

  /** Without a span the text is one object, and perhaps a line end behind it, as engines write. */
  constructor(text: Buffer, span: Span = { start: 0, end: text.lastIndexOf("}") + 1 }) {
    this.text = text;
    this.span = span;
  }

  get<T>(key: string): T | undefined {
    const member = memberOf(this.text, key, this.span.start);
    return member && ((decode(this.text, member) as T | null) ?? undefined);
  }
}
