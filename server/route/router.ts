import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import findMyWay from "find-my-way";
import type { Method } from "../../contract";

/** A request to the API plane, before it is routed. */
export interface ApiRequest {
  readonly method: string;
  /** The path below `/api`, as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The stream of the body. */
  readonly incoming: IncomingMessage;
}

/** An answer that is ready to be sent. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
}

type Serve = (
  request: ApiRequest,
  parameters: Readonly<Record<string, string>>,
) => ApiResponse | Promise<ApiResponse>;

/** Parameters may be long (ids, file names); only the size of a request's head limits them. */
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

  /** @param path below `/api`, with parameters as `:name`, or `:name(^a$|^b$)` for a choice of values */
  add(method: Method, path: string, serve: Serve): void {
    this.#methods.add(method);
    this.#routes.on(method, path, notCalled, serve);
  }

  serve(request: ApiRequest): ApiResponse | Promise<ApiResponse> {
    const { method, path } = request;
    const found = this.#find(method, path);
    if (found) return (found.store as Serve)(request, found.params as Record<string, string>);
    return [...this.#methods].some((other) => this.#find(other, path)) ? REFUSED : NOT_FOUND;
  }

  #find(method: string, path: string) {
    const found = this.#routes.find(method as Method, path);
    return found && Object.values(found.params).includes("") ? null : found;
  }
}

/** Required by the library, which returns what is stored with it. */
const notCalled = () => undefined;
