import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface RoundRobin extends AsyncDisposable {
  readonly url: string;
}

/** A proxy that hands each connection to the next of some servers. */
export async function startRoundRobin(servers: readonly string[]): Promise<RoundRobin> {
  const open = new Set<Socket>();
  let next = 0;
  const proxy = createServer({ allowHalfOpen: true }, (client) => {
    const { hostname, port } = new URL(servers[next++ % servers.length] ?? "");
    const server = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.once("close", () => {
        open.delete(from);
        if (!from.readableEnded) to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => proxy.close(() => resolve()));
    },
  };
}
