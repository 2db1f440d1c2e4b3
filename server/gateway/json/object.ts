import { decode, memberOf, type Span } from "./spans";

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
