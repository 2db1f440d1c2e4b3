import { createPublicKey, verify } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Certificates } from "./certificates";

/** A Portainer agent that obeys the first server that signs its requests, and nobody else. Use with `await using`. */
export interface FakeAgent extends AsyncDisposable {
  readonly url: string;
  /** What it has obeyed, oldest first. */
  readonly requests: AgentRequest[];
  /** Why it has refused requests. */
  readonly refusals: string[];
}

export interface AgentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface FakeAgentOptions {
  readonly platform?: "1" | "2";
  readonly version?: string;
  readonly secret?: string;
  /** What stands behind it: by `METHOD /path`, without the API version, or for one of its nodes by `METHOD /path @node`. */
  readonly answers: Readonly<Record<string, [status: number, body: unknown]>>;
}

export async function startFakeAgent(
  { server: identity }: Certificates,
  options: FakeAgentOptions,
): Promise<FakeAgent> {
  const requests: AgentRequest[] = [];
  const refusals: string[] = [];
  let owner: string | undefined;

  const refusalOf = (headers: IncomingHttpHeaders): string | undefined => {
    const key = String(headers["x-portaineragent-publickey"] ?? "");
    const signature = String(headers["x-portaineragent-signature"] ?? "");
    if (!/^[0-9a-f]+$/.test(key)) return "no public key";
    if (/=/.test(signature) || signature.length !== 86) return "no signature";
    if (owner !== undefined && owner !== key) return "paired with another server";
    const publicKey = createPublicKey({ key: Buffer.from(key, "hex"), format: "der", type: "spki" });
    const message = Buffer.from(options.secret ?? "Portainer-App");
    const bytes = Buffer.from(signature, "base64");
    if (!verify("md5", message, { key: publicKey, dsaEncoding: "ieee-p1363" }, bytes)) return "bad signature";
    owner = key;
    return undefined;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { method = "", url = "", headers } = request;
    if (url === "/ping") {
      const { version = "2.23.0", platform = "1" } = options;
      response.writeHead(204, { "Portainer-Agent": version, "Portainer-Agent-Platform": platform }).end();
      return;
    }
    const refusal = refusalOf(headers);
    if (refusal) {
      refusals.push(refusal);
      response.writeHead(403).end(JSON.stringify({ message: refusal }));
      return;
    }
    requests.push({ method, url, headers, body });
    const call = `${method} ${url.split("?")[0]?.replace(/^\/v1\.\d+/, "")}`;
    const node = headers["x-portaineragent-target"];
    const ofNode = node === undefined ? undefined : options.answers[`${call} @${node}`];
    const [status, content] = ofNode ?? options.answers[call] ?? [404, { message: "not found" }];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
  };

  const server = createServer(identity, answer);
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refusalOf(request.headers);
    if (refusal) {
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    requests.push({ method: "GET", url: request.url ?? "", headers: request.headers, body: "" });
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on("message", (data) => client.send(`echo ${String(data)}`));
    });
  });
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    refusals,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
