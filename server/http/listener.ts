import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { AdminWindow } from "../auth/admin-window";
import type { CsrfGuard } from "../auth/csrf";
import type { Behind, Gateway } from "../gateway";
import { errorResponse } from "../http-error";
import { readId } from "../route/params";
import type { Failures } from "./failures";
import type { Recorder } from "./recorder";
import { Target } from "./target";

export interface Planes {
  readonly api: (request: IncomingMessage, response: ServerResponse, target: Target) => unknown;
  readonly gateway: Gateway;
  readonly window: AdminWindow;
  readonly csrf: CsrfGuard;
  readonly recorder: Recorder;
  readonly failures: Failures;
  readonly report: (error: unknown) => void;
  /** Learns what other replicas have acknowledged, where there are any. */
  readonly catchUp: (() => Promise<void>) | undefined;
}

/** Dot segments. Portainer answers them with redirects that lead nowhere; this server with a 404. */
const UNCLEAN = /\/(?:\.|%2e){1,2}(?:\/|$)/i;
/** Beyond what an answer says: no browser may take it for something else. Names and values in turn. */
const NO_SNIFFING = ["X-Content-Type-Options", "nosniff"] as const;
/** The characters that Go's server accepts. */
const HOST = /^[\w!$%&'()*+,.:;=[\]~-]*$/;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);

/** Checks every request and passes it on to one of the two planes. */
export function createListener(planes: Planes) {
  return {
    async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const target = new Target(request);
      planes.recorder.record(request, target, response);
      if (planes.failures.intercept(request, target, response)) return;
      if (planes.catchUp && !(await isCaughtUp(planes))) {
        const message = "Unable to reach the database";
        refuse(response, 500, { message, details: "The server's log says more" });
        return;
      }
      if (isTurnedAway(planes, request, target, response)) return;
      const found = planes.gateway.find(target);
      if (!found) {
        response.setHeader(...NO_SNIFFING);
        await planes.api(request, response, target);
      } else if (found.to === "terminal")
        await planes.gateway.refuseTerminal({ response, headers: NO_SNIFFING }, found);
      else await toGateway(planes, request, response, found);
    },

    /** Clients offer HTTP/2 with ordinary requests too; only some paths of an engine do upgrade. */
    takesOver(request: IncomingMessage): boolean {
      const target = planes.gateway.find(new Target(request));
      return target !== undefined && planes.gateway.takesOver(request, target);
    },

    async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
      const target = new Target(request);
      planes.recorder.record(request, target);
      socket.on("error", () => socket.destroy());
      if (!(await isCaughtUp(planes))) {
        socket.end("HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      const found = planes.gateway.find(target);
      if (
        !found ||
        planes.window.refuses(request.url ?? "") ||
        !planes.csrf.admits(request.method ?? "", request.headers)
      ) {
        socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      const takeover = { request, connection: socket, head };
      if (found.to === "terminal") await planes.gateway.terminal(takeover, found);
      else await planes.gateway.upgrade(takeover, found, Number(found.endpoint));
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

function isTurnedAway(
  { window, csrf }: Planes,
  request: IncomingMessage,
  { path }: Target,
  response: ServerResponse,
): boolean {
  const { method = "", url = "", headers } = request;
  if (window.refuses(url)) {
    const message = "Administrator initialization timeout";
    refuse(response, 303, { message, details: message }, ["redirect-reason", "AdminInitTimeout"]);
    return true;
  }
  if (!HOST.test(headers.host ?? "")) {
    refuse(response, 400, "400 Bad Request: malformed Host header", ["Connection", "close"]);
    return true;
  }
  if (!METHODS.has(method)) {
    response.writeHead(405, [...NO_SNIFFING]).end();
    return true;
  }
  if (!/^\/(?!\/)/.test(url) || UNCLEAN.test(path)) {
    refuse(response, 404, "404 page not found\n");
    return true;
  }
  if (csrf.admits(method, headers)) return false;
  refuse(response, 403, "Forbidden - CSRF token not found in request\n");
  return true;
}

async function toGateway(
  { gateway, csrf }: Planes,
  request: IncomingMessage,
  response: ServerResponse,
  target: Behind,
): Promise<void> {
  try {
    const endpointId = readId("environment", target.endpoint);
    const { token, setCookie } = csrf.issue(request.headers);
    const headers = [...NO_SNIFFING, "X-Csrf-Token", token, ...(setCookie ? ["Set-Cookie", setCookie] : [])];
    await gateway.handle(request, { response, headers }, target, endpointId);
  } catch (error) {
    const { status, body } = errorResponse(error);
    if (response.headersSent) response.destroy();
    else refuse(response, status, body);
  }
}

/** Answers with a text, or with an object as JSON. */
function refuse(response: ServerResponse, status: number, body: string | object, more: string[] = []): void {
  const [type, text] =
    typeof body === "string"
      ? ["text/plain; charset=utf-8", body]
      : ["application/json", JSON.stringify(body)];
  response.writeHead(status, [...NO_SNIFFING, ...more, "Content-Type", type]).end(text);
}
