import type { IncomingHttpHeaders } from "node:http";

/** The value of a request's cookie; empty if it was sent empty. */
export function cookie(headers: IncomingHttpHeaders, name: string): string | undefined {
  for (const part of headers.cookie?.split(";") ?? []) {
    const [key, ...value] = part.split("=");
    if (key?.trim() === name) return value.join("=").trim();
  }
  return undefined;
}
