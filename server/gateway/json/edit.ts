import { isEmptyObject, memberOf, type Span } from "./spans";

const COMMA = Buffer.from(",");
const CLOSE = Buffer.from("}");

/**
 * The pieces of a part of a JSON text that ends with the end of `object`, with members added to that object.
 * `members` are given as text: `"key":value`.
 */
export function withMembers(text: Buffer, part: Span, members: readonly string[], object = part): Buffer[] {
  const body = text.subarray(part.start, part.end - 1);
  if (members.length === 0) return [body, CLOSE];
  const separator = isEmptyObject(text, object.start) ? "" : ",";
  return [body, Buffer.from(separator + members.join(",")), CLOSE];
}

/** A JSON text with the array `list` in it made of other elements, each given in pieces. */
export function withElements(text: Buffer, list: Span, elements: readonly Buffer[][]): Buffer {
  const pieces = [text.subarray(0, list.start + 1)];
  elements.forEach((element, index) => {
    if (index > 0) pieces.push(COMMA);
    pieces.push(...element);
  });
  pieces.push(text.subarray(list.end - 1));
  return Buffer.concat(pieces);
}

/** The text of an object without one of its members. */
export function withoutMember(text: Buffer, key: string): Buffer {
  const member = memberOf(text, key);
  if (!member) return text;
  const following = text.indexOf(",", member.end);
  const isLast = following < 0 || text.toString("latin1", member.end, following).trim() !== "";
  const start = isLast ? text.lastIndexOf(",", member.keyStart) : member.keyStart;
  return Buffer.concat([
    text.subarray(0, start < 0 ? member.keyStart : start),
    text.subarray(isLast ? member.end : following + 1),
  ]);
}
