import type { IncomingMessage } from "node:http";

export interface Target {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Path and query as they were sent. Not by `URL`, which throws at some of what may come, and tidies the rest. */
export function targetOf({ url = "/" }: IncomingMessage): Target {
  const mark = url.indexOf("?");
  if (mark < 0) return { path: url, query: new URLSearchParams() };
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}
