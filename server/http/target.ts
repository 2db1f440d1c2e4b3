import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/**
 * Path and query of a request as they were sent, parsed once. Not by `URL`, which throws at some of what may come, and tidies
 * the rest.
 */
export class Target {
  readonly path: string;
  /** Including the question mark, or empty. */
  readonly search: string;
  readonly headers: IncomingHttpHeaders;
  #query: URLSearchParams | undefined;

  constructor({ url = "/", headers }: Pick<IncomingMessage, "url" | "headers">) {
    const mark = url.indexOf("?");
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.search = mark < 0 ? "" : url.slice(mark);
    this.headers = headers;
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.search);
    return this.#query;
  }
}
