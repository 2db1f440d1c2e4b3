import type { Duplex } from "node:stream";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";
import type { Engine } from "../engine/engine";
import { hijack, join, openStream, type Takeover, writeRefusal } from "../relay/hijack";
import type { DockerTerminal } from "./query";

/** Milliseconds. Proxies in front of this server close connections without traffic after a minute. */
const PING_INTERVAL = 50_000;
/** Bytes. More than anybody pastes into a terminal. */
const LARGEST_MESSAGE = 1024 * 1024;

const handshake = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE });

/** Connects a browser's WebSocket with an exec instance or a container, as Portainer's terminal does. */
export async function connectTerminal(
  engine: Engine,
  query: DockerTerminal,
  takeover: Takeover,
): Promise<void> {
  const { connection } = takeover;
  const { answer, raw } = await openStream(engine, requestOf(query), connection);
  if (!raw) return writeRefusal(connection, answer);
  connection.once("close", () => raw.destroy());
  shakeHands(takeover, (socket) => joinTerminal(socket, raw));
}

/** Makes a connection a browser's WebSocket, and sends pings so that nobody closes it as idle. */
export function shakeHands({ request, connection, head }: Takeover, use: (socket: WebSocket) => void): void {
  handshake.handleUpgrade(request, connection, head, (socket) => {
    const ping = setInterval(() => socket.ping(), PING_INTERVAL);
    socket.once("close", () => clearInterval(ping));
    use(socket);
  });
}

/** An agent has the same terminals as this server, and answers the handshake itself. */
export function connectByAgent(engine: Engine, query: DockerTerminal, takeover: Takeover): Promise<void> {
  const { kind, id, endpointId, node } = query;
  const search = new URLSearchParams({ endpointId: String(endpointId), id, nodeName: node });
  return hijack(
    engine,
    `/websocket/${kind}?${search}`,
    takeover,
    node ? ["X-PortainerAgent-Target", node] : [],
  );
}

function requestOf({ kind, id }: DockerTerminal) {
  const common = { method: "POST", upgrade: "tcp" };
  if (kind === "attach") {
    const path = `/containers/${id}/attach?stdin=1&stdout=1&stderr=1&stream=1`;
    return { ...common, path, headers: [], body: Buffer.alloc(0) };
  }
  const body = Buffer.from(JSON.stringify({ Tty: true, Detach: false }));
  return { ...common, path: `/exec/${id}/start`, headers: ["Content-Type", "application/json"], body };
}

/** Output is sent as text frames, cut between characters. Input may be text or binary. */
function joinTerminal(socket: WebSocket, raw: Duplex): void {
  raw.setEncoding("utf8");
  join(raw, createWebSocketStream(socket, { decodeStrings: false }));
}
