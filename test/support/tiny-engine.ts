import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Certificates } from "./certificates";

/** As much of a Docker engine as an environment needs to be up. Use with `await using`. */
export interface TinyEngine extends AsyncDisposable {
  readonly url: string;
  /** The id that it says it has. */
  readonly id: string;
  /** The common names of the clients that have shown a certificate. */
  readonly clients: readonly string[];
}

export interface TinyEngineOptions {
  /** 0 takes any free port. @default 0 */
  readonly port?: number;
  /** Speaks TLS, with the server's certificate of these. */
  readonly certificates?: Certificates;
  /** Lets nobody in without a certificate of the same authority. @default false */
  readonly clientAuth?: boolean;
}

export async function startTinyEngine(options: TinyEngineOptions = {}): Promise<TinyEngine> {
  const { port = 0, certificates, clientAuth = false } = options;
  const id = randomUUID();
  const clients: string[] = [];
  const listener: RequestListener = (request, response) => {
    const name = clientName(request);
    if (name) clients.push(name);
    const path = (request.url ?? "").replace(/^\/v1\.\d+/, "").split("?")[0] ?? "";
    const body = answers(id)[path];
    response.writeHead(body === undefined ? 404 : 200, {
      "content-type": "application/json",
      "api-version": "1.41",
    });
    response.end(
      request.method === "HEAD" ? undefined : JSON.stringify(body ?? { message: "page not found" }),
    );
  };
  const server = certificates
    ? createTlsServer(
        {
          ...certificates.server,
          ca: certificates.ca,
          requestCert: clientAuth,
          rejectUnauthorized: clientAuth,
        },
        listener,
      )
    : createServer(listener);
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    id,
    clients,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answers(ID: string): Record<string, unknown> {
  return {
    "/_ping": "OK",
    "/version": { Version: "20.10.24", ApiVersion: "1.41", MinAPIVersion: "1.12" },
    "/info": { ID, Name: "tiny", NCPU: 1, MemTotal: 1, Swarm: {}, ServerVersion: "20.10.24" },
    "/containers/json": [],
    "/images/json": [],
    "/networks": [],
    "/volumes": { Volumes: [] },
    "/system/df": {},
  };
}

function clientName({ socket }: IncomingMessage): string | undefined {
  if (!("getPeerCertificate" in socket)) return undefined;
  const { subject } = (socket as import("node:tls").TLSSocket).getPeerCertificate();
  const name = subject?.CN;
  return Array.isArray(name) ? name[0] : name;
}
