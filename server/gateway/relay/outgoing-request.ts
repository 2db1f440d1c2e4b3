import type { IncomingMessage } from "node:http";
import { HttpError } from "../../http-error";
import { framing, requestHeaders } from "./headers";

/** Bytes. More than any description of a container or service needs. Bodies that are streamed have no limit. */
const READ_LIMIT = 16 * 1024 * 1024;

/** A request before it goes to the engine: rules may read and change it. */
export class OutgoingRequest {
  readonly request: IncomingMessage;
  private readonly own: string[];
  private body: Buffer | undefined;

  constructor(request: IncomingMessage) {
    this.request = request;
    this.own = requestHeaders(request.rawHeaders, request.headers);
  }

  /** All headers, framing included. */
  get headers(): string[] {
    const length = this.body && ["Content-Length", String(this.body.length)];
    return [...this.own, ...(length ?? framing(this.request.method, this.request.headers))];
  }

  /** The body, if it was read or replaced. Otherwise it is streamed. */
  get content(): Buffer | undefined {
    return this.body;
  }

  header(name: string): string | undefined {
    const at = this.indexOf(name);
    return at < 0 ? undefined : this.own[at + 1];
  }

  /** Sets a header, or with `undefined` removes it. */
  setHeader(name: string, value: string | undefined): void {
    for (let at = this.indexOf(name); at >= 0; at = this.indexOf(name)) this.own.splice(at, 2);
    if (value !== undefined) this.own.push(name, value);
  }

  async readBody(): Promise<Buffer> {
    if (this.body) return this.body;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > READ_LIMIT) throw new HttpError(413, "Request body too large");
      chunks.push(chunk);
    }
    this.body = Buffer.concat(chunks);
    return this.body;
  }

  setBody(body: Buffer): void {
    this.body = body;
  }

  private indexOf(name: string): number {
    return this.own.findIndex((it, i) => i % 2 === 0 && it.toLowerCase() === name.toLowerCase());
  }
}
