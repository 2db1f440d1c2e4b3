import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { Certificates } from "./certificates";

/** As much of a cluster as is asked for: it knows the server's own token, and the accounts that were made in it. */
export interface FakeCluster extends AsyncDisposable {
  readonly url: string;
  /** What it was asked, oldest first. */
  readonly seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[];
  /** How many shells run. */
  pods(): number;
  /** How many commands are connected. */
  terminals(): number;
}

const NAMESPACES = ["default", "portainer", "dev", "prod"];
const NODES = [
  { status: { capacity: { cpu: "4", memory: "16Gi" } } },
  { status: { capacity: { cpu: "500m", memory: "1024Ki" } } },
];
const CONFIG = "/api/v1/namespaces/portainer/configmaps/portainer-config";

export async function startFakeCluster({ server: identity }: Certificates): Promise<FakeCluster> {
  const seen: FakeCluster["seen"] = [];
  const accounts = new Set<string>();
  const pods = new Map<string, number>();
  let config: unknown;
  const allows = (authorization = "") =>
    authorization === "Bearer own-token" || accounts.has(authorization.replace("Bearer token-of-", ""));

  /** Status and content of an answer; nothing for what is merely echoed. */
  const answerTo = (method: string, path: string, body: string): [number, unknown] | undefined => {
    if (path === "/version") return [200, { gitVersion: "v1.31.2" }];
    if (path === "/api/v1/nodes") return [200, { items: NODES }];
    if (path === "/api/v1/namespaces" && method === "GET")
      return [200, { items: NAMESPACES.map((name) => ({ metadata: { name } })) }];
    if (path === CONFIG) {
      if (method === "PUT") config = JSON.parse(body);
      return config ? [200, config] : [404, {}];
    }
    const account = /\/serviceaccounts\/([^/]+)(\/token)?$/.exec(path);
    if (account) {
      const [, name = "", wantsToken] = account;
      if (!accounts.has(name) && name !== "portainer-sa-clusteradmin") return [404, {}];
      const expirationTimestamp = new Date(Date.now() + 3_600_000).toISOString();
      return wantsToken ? [201, { status: { token: `token-of-${name}`, expirationTimestamp } }] : [200, {}];
    }
    if (path.endsWith("/serviceaccounts")) {
      const { name } = (JSON.parse(body) as { metadata: { name: string } }).metadata;
      if (accounts.has(name)) return [409, {}];
      accounts.add(name);
      return [201, {}];
    }
    if (method === "POST" && path === "/api/v1/namespaces/portainer/pods") {
      const name = `shell-${pods.size + 1}`;
      pods.set(name, 0);
      return [201, { metadata: { name } }];
    }
    const shell = /\/portainer\/pods\/([^/]+)$/.exec(path)?.[1] ?? "";
    const looks = pods.get(shell);
    if (looks === undefined) return undefined;
    if (method === "DELETE") pods.delete(shell);
    else pods.set(shell, looks + 1);
    return [200, { metadata: { name: shell }, status: { phase: looks === 0 ? "Pending" : "Running" } }];
  };

  const server = createServer(identity, async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { method = "", url = "", headers } = request;
    seen.push({ method, url, headers, body });
    const path = url.split("?")[0] ?? "";
    const moved = path === "/moved" ? { location: "/api/v1/pods" } : {};
    const echoed: [number, unknown] = [method === "POST" ? 201 : 200, { path: url, got: body }];
    const [status, content] = allows(headers.authorization)
      ? (answerTo(method, path, body) ?? echoed)
      : [401, { kind: "Status", message: "Unauthorized" }];
    response
      .writeHead(path === "/moved" ? 301 : status, { "content-type": "application/json", ...moved })
      .end(JSON.stringify(content));
  });

  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    const { url = "", headers } = request;
    seen.push({ method: "GET", url, headers, body: "" });
    if (!allows(headers.authorization)) socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    else if (url.includes("/pods/none/")) socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    else if (headers.upgrade === "SPDY/3.1") {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n");
      socket.on("data", (data: Buffer) => socket.write(`spdy ${String(data)}`)).on("end", () => socket.end());
    } else
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on("message", (data: Buffer) => {
          // Of the streams that a command has, 0 is its input and 1 its output.
          if (data[0] !== 0) return client.send(`pod ${String(data)}`);
          if (String(data.subarray(1)) === "exit") return client.close();
          client.send(Buffer.concat([Buffer.of(1), Buffer.from("ran: "), data.subarray(1)]));
        });
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    pods: () => pods.size,
    terminals: () => sockets.clients.size,
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
