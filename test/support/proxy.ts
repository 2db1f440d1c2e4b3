import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy that knows nothing of Portainer: it answers every request with a 404 in text. Use with `await using`. */
export async function startProxy(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => response.writeHead(404).end("404 page not found"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
