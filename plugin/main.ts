import * as pulumi from "./pulumi";
import { resourceProvider } from "./service";

/** No limit: a large Compose file, or the logs of a container. */
const ANY_SIZE = -1;

/**
 * Serves the plugin on a free port of the loopback interface, and prints the port: this is how Pulumi finds it.
 *
 * @param engine the address of Pulumi's engine; without one, Pulumi names it by `Attach`.
 */
export async function servePlugin(engine: string | undefined): Promise<void> {
  const server = new pulumi.grpc.Server({
    "grpc.max_receive_message_length": ANY_SIZE,
    "grpc.max_send_message_length": ANY_SIZE,
  });
  server.addService(pulumi.ResourceProviderService, resourceProvider(engine) as never);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", pulumi.grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  process.stdout.write(`${port}\n`);
}
