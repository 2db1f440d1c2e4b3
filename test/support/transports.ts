import type { GatewayEnvironment } from "../../server/gateway";
import { startTcpForwarder, startTlsForwarder } from "./engine-forwarders";
import { engineSocket } from "./needs";

/** Each way to reach an engine: as an environment has it, with what makes it reachable that way. */
export interface Transport extends AsyncDisposable {
  readonly environment: Pick<GatewayEnvironment, "url" | "tls">;
}

const nothing = { [Symbol.asyncDispose]: async () => {} };

export const transports: Readonly<Record<string, () => Promise<Transport>>> = {
  unix: async () => ({ environment: { url: `unix://${engineSocket}` }, ...nothing }),

  tcp: async () => {
    const forwarder = await startTcpForwarder(engineSocket);
    return { ...forwarder, environment: { url: forwarder.url } };
  },

  "tls with a client certificate": async () => {
    const forwarder = await startTlsForwarder(engineSocket, { clientAuth: true });
    const { ca, client } = forwarder.certificates;
    return { ...forwarder, environment: { url: forwarder.url, tls: { ca, ...client, skipVerify: false } } };
  },
};
