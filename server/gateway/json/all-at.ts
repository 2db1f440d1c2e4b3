import { decode, elementsOf, findMember, type Span } from "./spans";

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
