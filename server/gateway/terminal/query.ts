import type { Target } from "../../http/target";
import { HttpError } from "../../http-error";

/** What a browser's terminal is to be connected with. */
export interface TerminalQuery {
  readonly endpointId: number;
  /** Of an exec instance, or of a container to attach to. */
  readonly kind: "exec" | "attach";
  readonly id: string;
  /** The node of a swarm that an agent is to ask; empty for the agent's own. */
  readonly node: string;
}

const PATH = /^\/api\/websocket\/(exec|attach)$/;

/** Whether a request is for a terminal: `GET /api/websocket/exec` or `…/attach`. */
export const isTerminal = (url: string): boolean => PATH.test(url.split("?")[0] ?? "");

/** Throws an `HttpError` that says which parameter is missing or wrong. */
export function parseTerminal({ path, query }: Target): TerminalQuery {
  const kind = PATH.exec(path)?.[1] === "exec" ? "exec" : "attach";
  const id = required(query, "id");
  if (!/^[0-9a-f]+$/i.test(id)) {
    throw new HttpError(400, "Invalid query parameter: id (must be hexadecimal identifier)");
  }
  const endpoint = required(query, "endpointId");
  if (!/^\d+$/.test(endpoint)) {
    const reason = `Strconv.Atoi: parsing "${endpoint}": invalid syntax`;
    throw new HttpError(400, "Invalid query parameter: endpointId", reason);
  }
  return { kind, id, endpointId: Number(endpoint), node: query.get("nodeName") ?? "" };
}

function required(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name);
  if (value) return value;
  throw new HttpError(400, `Invalid query parameter: ${name}`, "Missing query parameter");
}
