import type { IncomingMessage, ServerResponse } from "node:http";
import { matchesPath } from "./recorder";
import type { Target } from "./target";

/**
 * What goes wrong instead of the usual answer: a status, a connection that breaks before the request is handled, one
 * that breaks after it was handled, so that the answer is lost, or silence.
 */
export type FailureKind = number | { status: number; body?: unknown } | "reset" | "reset-after" | "hang";

export interface Failure {
  readonly method?: string;
  readonly path: string | RegExp;
  /** How often. @default 1 */
  readonly times?: number;
  readonly with: FailureKind;
}

/** Failures that a test has asked for. */
export class Failures {
  #planned: { failure: Failure; left: number }[] = [];

  plan(failure: Failure): void {
    this.#planned.push({ failure, left: failure.times ?? 1 });
  }

  clear(): void {
    this.#planned = [];
  }

  /** Whether the request ends here. After `"reset-after"` it goes on, but its answer goes nowhere. */
  intercept(request: IncomingMessage, target: Target, response: ServerResponse): boolean {
    const kind = this.#take(request.method, target.path);
    if (kind === undefined) return false;
    if (kind === "hang") return true;
    if (kind === "reset-after") {
      loseAnswer(response);
      return false;
    }
    if (kind === "reset") request.socket.destroy();
    else respond(response, typeof kind === "number" ? { status: kind } : kind);
    return true;
  }

  #take(method: string | undefined, path: string): FailureKind | undefined {
    if (this.#planned.length === 0) return undefined;
    const planned = this.#planned.find(
      ({ failure, left }) =>
        left > 0 &&
        (failure.method === undefined || failure.method === method) &&
        matchesPath(failure.path, path),
    );
    if (!planned) return undefined;
    planned.left -= 1;
    return planned.failure.with;
  }
}

function loseAnswer(response: ServerResponse): void {
  response.writeHead = () => {
    response.destroy();
    return response;
  };
}

function respond(response: ServerResponse, { status, body }: { status: number; body?: unknown }): void {
  const content = body ?? { message: "failure on request", details: "Failure on request" };
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(content));
}
