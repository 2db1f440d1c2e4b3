import type { IncomingMessage, ServerResponse } from "node:http";
import { refuseTwoCredentials } from "../auth/authenticate";
import type { CsrfGuard } from "../auth/csrf";
import { HttpError } from "../http-error";
import { type Answer, NOT_FOUND, type Question, type Router } from "../route/router";
import { errorResponse } from "./errors";
import type { Target } from "./target";

const BASE = "/api";

/** The plane of the server that answers by itself: what is below `/api` and is no engine's. */
export function createApiPlane(api: Router, csrf: CsrfGuard, report: (error: unknown) => void) {
  const answer = async (question: Question): Promise<Answer> => {
    try {
      refuseTwoCredentials(question);
      return withToken(csrf, question, await api.serve(question));
    } catch (error) {
      if (!(error instanceof HttpError)) report(error);
      const { status, body } = errorResponse(error);
      return { status, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    }
  };
  return async (request: IncomingMessage, response: ServerResponse, target: Target): Promise<void> => {
    const question = questionOf(request, target);
    send(response, question ? await answer(question) : NOT_FOUND);
  };
}

/** Nothing for what is not below `/api`. */
function questionOf(request: IncomingMessage, { path, query }: Target): Question | undefined {
  if (!path.startsWith(`${BASE}/`)) return undefined;
  const { method = "", headers } = request;
  return { method, path: path.slice(BASE.length), query, headers, incoming: request };
}

/** A success brings the token that a page's next change needs. */
function withToken(csrf: CsrfGuard, { headers }: Question, answer: Answer): Answer {
  if (answer.status >= 300) return answer;
  const { token, setCookie } = csrf.issue(headers);
  const own: Answer["headers"] = { ...answer.headers, "X-Csrf-Token": token };
  if (!setCookie) return { ...answer, headers: own };
  return { ...answer, headers: { ...own, "Set-Cookie": [own["Set-Cookie"] ?? [], setCookie].flat() } };
}

function send(response: ServerResponse, { status, headers, body = "" }: Answer): void {
  const length = status === 204 ? {} : { "Content-Length": Buffer.byteLength(body) };
  // A text goes out together with the head, in one piece.
  response.writeHead(status, { ...headers, ...length }).end(body);
}
