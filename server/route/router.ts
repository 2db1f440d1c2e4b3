import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import findMyWay from "find-my-way";
import type { Method } from "../../contract";

/** A request of the API, before it is known which operation it asks for. */
export interface ApiRequest {
  readonly method: string;
  /** Below `/api`, as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** What the body is read from. */
  readonly incoming: IncomingMessage;
}

/** An answer, ready to be sent. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
}

type Serve = (
  question: ApiRequest,
  parameters: Readonly<Record<string, string>>,
) => ApiResponse | Promise<ApiResponse>;

/** Ids of Docker's objects and names of files may be parameters: only the size of a request's head limits them. */
const MAX_PARAMETER_LENGTH = 16 * 1024;
const REFUSED: ApiResponse = { status: 405, headers: {} };
export const NOT_FOUND: ApiResponse = {
  status: 404,
  headers: { "Content-Type": "text/plain; charset=utf-8" },
  body: "404 page not found\n",
};

/**
 * Finds what serves a request. A path that is written out wins over one with a parameter, a parameter is never empty,
 * and no path ends with a slash.
 */
export class Router {
  readonly #routes = findMyWay({ maxParamLength: MAX_PARAMETER_LENGTH });
  readonly #methods = new Set<Method>();

  /** @param path below `/api`, with parameters as `:name` or, where only some values lead there, `:name(^a$|^b$)` */
  add(method: Method, path: string, serve: Serve): void {
    this.#methods.add(method);
    this.#routes.on(method, path, notCalled, serve);
  }

  serve(question: ApiRequest): ApiResponse | Promise<ApiResponse> {
    const { method, path } = question;
    const found = this.#find(method, path);
    if (found) return (found.store as Serve)(question, found.params as Record<string, string>);
    return [...this.#methods].some((other) => this.#find(other, path)) ? REFUSED : NOT_FOUND;
  }

  #find(method: string, path: string) {
    const found = this.#routes.find(method as Method, path);
    return found && Object.values(found.params).includes("") ? null : found;
  }
}

/** The library wants a handler, and hands over what is stored beside it. */
const notCalled = () => undefined;
