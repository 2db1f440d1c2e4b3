import type { IncomingMessage } from "node:http";

/** Path and query as they were sent. Not by `URL`, which throws at some of what may come, and tidies the rest. */
export class Target {
  readonly path: string;
  readonly #search: string;
  #query: URLSearchParams | undefined;

  constructor({ url = "/" }: IncomingMessage) {
    const mark = url.indexOf("?");
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.#search = mark < 0 ? "" : url.slice(mark + 1);
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.#search);
    return this.#query;
  }
}
