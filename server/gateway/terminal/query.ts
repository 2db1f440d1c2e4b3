import type { IncomingHttpHeaders } from "node:http";
import { HttpError } from "../../http-error";
import type { Terminal } from "../target";

/** Any page can open a WebSocket to any server, and the browser adds the cookie. Only this server's own pages may. */
export function checkOrigin({ origin, host }: IncomingHttpHeaders): void {
  if (origin !== undefined && URL.parse(origin)?.host !== host) {
    throw new HttpError(403, "Origin not allowed", `Not from this server: ${origin}`);
  }
}

/** What a browser's terminal is to be connected with. */
type TerminalQuery = DockerTerminal | PodTerminal | ShellTerminal;

export interface DockerTerminal {
  readonly endpointId: number;
  /** Of an exec instance, or of a container to attach to. */
  readonly kind: "exec" | "attach";
  readonly id: string;
  /** The node of a swarm that an agent is to ask; empty for the agent's own. */
  readonly node: string;
}

/** A command in one of a pod's containers. */
interface PodTerminal extends Pod {
  readonly endpointId: number;
  readonly kind: "pod";
}

export interface Pod {
  readonly namespace: string;
  readonly podName: string;
  readonly containerName: string;
  /** With its arguments, between blanks. */
  readonly command: string;
}

/** A shell in which `kubectl` acts for the caller. */
interface ShellTerminal {
  readonly endpointId: number;
  readonly kind: "kubernetes-shell";
}

/** Throws an `HttpError` that says which parameter is missing or wrong. */
export function parseTerminal({ kind, asked: { query } }: Terminal): TerminalQuery {
  if (kind === "kubernetes-shell") return { kind, endpointId: endpointIn(query) };
  if (kind === "pod")
    return {
      kind,
      endpointId: endpointIn(query),
      namespace: required(query, "namespace"),
      podName: required(query, "podName"),
      containerName: required(query, "containerName"),
      command: required(query, "command"),
    };
  const id = required(query, "id");
  if (!/^[0-9a-f]+$/i.test(id)) {
    throw new HttpError(400, "Invalid query parameter: id (must be hexadecimal identifier)");
  }
  return { kind, id, endpointId: endpointIn(query), node: query.get("nodeName") ?? "" };
}

function endpointIn(parameters: URLSearchParams): number {
  const endpoint = required(parameters, "endpointId");
  if (/^\d+$/.test(endpoint)) return Number(endpoint);
  const reason = `Strconv.Atoi: parsing "${endpoint}": invalid syntax`;
  throw new HttpError(400, "Invalid query parameter: endpointId", reason);
}

function required(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name);
  if (value) return value;
  throw new HttpError(400, `Invalid query parameter: ${name}`, "Missing query parameter");
}
