import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { AdminWindow } from "../auth/admin-window";
import type { CsrfGuard } from "../auth/csrf";
import type { Gateway } from "../gateway";
import { readId } from "../route/params";
import { errorResponse } from "./errors";
import type { Failures } from "./failures";
import type { Recorder } from "./recorder";
import { Target } from "./target";

export interface Planes {
  readonly api: (request: IncomingMessage, response: ServerResponse) => unknown;
  readonly gateway: Gateway;
  readonly window: AdminWindow;
  readonly csrf: CsrfGuard;
  readonly recorder: Recorder;
  readonly failures: Failures;
  readonly report: (error: unknown) => void;
  /** Learns what other replicas have acknowledged, where there are any. */
  readonly catchUp: (() => Promise<void>) | undefined;
}

const GATEWAY = /^\/api\/endpoints\/([^/?]+)(?:\/agent)?\/(?:docker|kubernetes)\//;
/** Segments that mean another path than they say; Portainer answers them with redirects that lead nowhere. */
const UNCLEAN = /\/(?:\.|%2e){1,2}(?:\/|$)/i;
/** As Go's server has it. */
const HOST = /^[\w!$%&'()*+,.:;=[\]~-]*$/;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);

/** Every request comes by here, and goes to one of the two planes. */
export function createListener(planes: Planes) {
  return {
    async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
      planes.recorder.record(request, response);
      response.setHeader("X-Content-Type-Options", "nosniff");
      if (planes.failures.intercept(request, response)) return;
      if (planes.catchUp && !(await isCaughtUp(planes))) {
        const message = "Unable to reach the database";
        sendJson(response, 500, { message, details: "The server's log says more" });
        return;
      }
      if (isTurnedAway(planes, request, response)) return;
      const target = GATEWAY.exec(pathOf(request));
      if (target) await toGateway(planes, request, response, target);
      else if (planes.gateway.isTerminal(pathOf(request)))
        await planes.gateway.refuseTerminal(request, response);
      else await planes.api(request, response);
    },

    /** Clients offer HTTP/2 with ordinary requests too; only some paths of an engine do upgrade. */
    takesOver: (request: IncomingMessage): boolean =>
      planes.gateway.isTerminal(pathOf(request)) ||
      (GATEWAY.test(pathOf(request)) && planes.gateway.takesOver(request)),

    async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
      planes.recorder.record(request);
      socket.on("error", () => socket.destroy());
      if (!(await isCaughtUp(planes))) {
        socket.end("HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      const target = GATEWAY.exec(pathOf(request));
      const isTerminal = planes.gateway.isTerminal(pathOf(request));
      if (
        (!target && !isTerminal) ||
        planes.window.refuses(request.url ?? "") ||
        !planes.csrf.admits(request.method ?? "", request.headers)
      ) {
        socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      if (target) await planes.gateway.upgrade(request, socket, head, Number(target[1]));
      else await planes.gateway.terminal(request, socket, head);
    },
  };
}

async function isCaughtUp({ catchUp, report }: Planes): Promise<boolean> {
  try {
    await catchUp?.();
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

function isTurnedAway({ window, csrf }: Planes, request: IncomingMessage, response: ServerResponse): boolean {
  const { method = "", url = "", headers } = request;
  if (window.refuses(url)) {
    const message = "Administrator initialization timeout";
    response.setHeader("redirect-reason", "AdminInitTimeout");
    sendJson(response, 303, { message, details: message });
    return true;
  }
  if (!HOST.test(headers.host ?? "")) {
    const body = "400 Bad Request: malformed Host header";
    response.writeHead(400, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(body);
    return true;
  }
  if (!METHODS.has(method)) {
    response.writeHead(405).end();
    return true;
  }
  if (!/^\/(?!\/)/.test(url) || UNCLEAN.test(new Target(request).path)) {
    response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("404 page not found\n");
    return true;
  }
  if (csrf.admits(method, headers)) return false;
  response
    .writeHead(403, { "content-type": "text/plain; charset=utf-8" })
    .end("Forbidden - CSRF token not found in request\n");
  return true;
}

async function toGateway(
  { gateway, csrf }: Planes,
  request: IncomingMessage,
  response: ServerResponse,
  [, id = ""]: readonly string[],
): Promise<void> {
  try {
    const endpointId = readId("environment", id);
    const { token, setCookie } = csrf.issue(request.headers);
    response.setHeader("X-Csrf-Token", token);
    if (setCookie) response.setHeader("Set-Cookie", setCookie);
    await gateway.handle(request, response, endpointId);
  } catch (error) {
    const { status, body } = errorResponse(error);
    if (response.headersSent) response.destroy();
    else sendJson(response, status, body);
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Path and query, exactly as sent. */
const pathOf = ({ url = "/" }: IncomingMessage): string => url;
