import type { IncomingMessage, ServerResponse } from "node:http";
import { refuseTwoCredentials } from "../auth/authenticate";
import type { CsrfGuard } from "../auth/csrf";
import { errorResponse, HttpError } from "../http-error";
import { type ApiRequest, type ApiResponse, NOT_FOUND, type Router } from "../route/router";
import type { Target } from "./target";

const BASE = "/api";

/** The plane of the server that answers by itself: what is below `/api` and is no engine's. */
export function createApiPlane(api: Router, csrf: CsrfGuard, report: (error: unknown) => void) {
  const answer = async (request: ApiRequest): Promise<ApiResponse> => {
    try {
      refuseTwoCredentials(request);
      return withToken(csrf, request, await api.serve(request));
    } catch (error) {
      if (!(error instanceof HttpError)) report(error);
      const { status, body } = errorResponse(error);
      return { status, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    }
  };
  return async (request: IncomingMessage, response: ServerResponse, target: Target): Promise<void> => {
    const apiRequest = requestFor(request, target);
    send(response, apiRequest ? await answer(apiRequest) : NOT_FOUND);
  };
}

/** Nothing for what is not below `/api`. */
function requestFor(request: IncomingMessage, { path, query }: Target): ApiRequest | undefined {
  if (!path.startsWith(`${BASE}/`)) return undefined;
  const { method = "", headers } = request;
  return { method, path: path.slice(BASE.length), query, headers, incoming: request };
}

/** A success brings the token that a page's next change needs. */
function withToken(csrf: CsrfGuard, { headers }: ApiRequest, answer: ApiResponse): ApiResponse {
  if (answer.status >= 300) return answer;
  const { token, setCookie } = csrf.issue(headers);
  const own: ApiResponse["headers"] = { ...answer.headers, "X-Csrf-Token": token };
  if (!setCookie) return { ...answer, headers: own };
  return { ...answer, headers: { ...own, "Set-Cookie": [own["Set-Cookie"] ?? [], setCookie].flat() } };
}

function send(response: ServerResponse, { status, headers, body = "" }: ApiResponse): void {
  const length = status === 204 ? {} : { "Content-Length": Buffer.byteLength(body) };
  // A text goes out together with the head, in one piece.
  response.writeHead(status, { ...headers, ...length }).end(body);
}
