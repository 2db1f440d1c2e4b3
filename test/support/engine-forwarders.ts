import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { type Certificates, makeCertificates } from "./certificates";

/** An engine on a socket, reachable in another way. Use with `await using`. */
export interface Forwarder extends AsyncDisposable {
  readonly url: string;
}

export interface TlsForwarder extends Forwarder {
  readonly certificates: Certificates;
}

/** Makes the engine on a unix socket reachable by plain TCP. */
export async function startTcpForwarder(engineSocket: string): Promise<Forwarder> {
  const server = createServer({ allowHalfOpen: true });
  return serve(server, "connection", engineSocket);
}

/** Makes the engine on a unix socket reachable by TLS; with `clientAuth` only for clients with a certificate. */
export async function startTlsForwarder(
  engineSocket: string,
  { clientAuth }: { clientAuth: boolean },
): Promise<TlsForwarder> {
  const certificates = await makeCertificates();
  const { ca, server } = certificates;
  const tls = createTlsServer({
    ...server,
    allowHalfOpen: true,
    ...(clientAuth && { ca, requestCert: true, rejectUnauthorized: true }),
  });
  return { ...(await serve(tls, "secureConnection", engineSocket)), certificates };
}

async function serve(server: Server, event: string, engineSocket: string): Promise<Forwarder> {
  const open = new Set<Socket>();
  server.on(event, (client: Socket) => {
    const engine = connect({ path: engineSocket, allowHalfOpen: true });
    open.add(engine);
    engine.once("close", () => open.delete(engine));
    join(client, engine);
    join(engine, client);
  });
  // A TLS handshake that fails leaves a connection that only this event has told of.
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function join(from: Socket, to: Socket): void {
  from.pipe(to);
  from.on("error", () => to.destroy());
  from.once("close", () => {
    if (!from.readableEnded) to.destroy();
  });
}
