import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTcpForwarder, startTlsForwarder, type TlsForwarder } from "../support/engine-forwarders";
import { composeConfig, engineSocket, engineUrl, swarmUrl, testImage } from "../support/needs";
import { ensureImage, sweep } from "./engine";
import type { Scenario } from "./scenario";
import type { Fixtures } from "./send";
import type { Variables } from "./variables";

/** What conversations need besides the server. */
export interface Props extends AsyncDisposable {
  readonly variables: Variables;
  readonly fixtures: Fixtures;
  /** Removes what conversations have left on the engines. */
  sweep(): Promise<void>;
}

const atHand = new Set([
  ...(engineUrl ? ["engine", "engine-tcp", "engine-tls"] : []),
  ...(engineUrl && composeConfig ? ["compose"] : []),
  ...(swarmUrl ? ["swarm"] : []),
]);

export const lacking = ({ needs }: Scenario): string[] => needs.filter((need) => !atHand.has(need));

export async function openProps(): Promise<Props> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "twin-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  // Where the server finds the docker CLI's plugins.
  if (composeConfig) process.env["DOCKER_CONFIG"] = composeConfig;
  const variables: Variables = {
    bogus_engine_url: `unix://${join(folder, "none.sock")}`,
    bogus_tcp_url: "tcp://127.0.0.1:1",
  };
  const sockets: string[] = [];
  let fixtures: Fixtures = new Map();
  if (engineUrl) {
    await ensureImage(engineSocket, testImage);
    const tls = stack.use(await startTlsForwarder(engineSocket, { clientAuth: true }));
    const tlsWithoutClients = stack.use(await startTlsForwarder(engineSocket, { clientAuth: false }));
    Object.assign(variables, {
      engine_url: engineUrl,
      engine_tcp_url: stack.use(await startTcpForwarder(engineSocket)).url,
      engine_tls_url: tls.url,
      engine_tlsnc_url: tlsWithoutClients.url,
    });
    fixtures = fixturesOf(tls);
    sockets.push(engineSocket);
  }
  if (swarmUrl) {
    const socket = swarmUrl.replace(/^unix:\/\//, "");
    await ensureImage(socket, testImage);
    const { url } = stack.use(await startTcpForwarder(socket));
    Object.assign(variables, { swarm_engine_url: swarmUrl, swarm_engine_tcp_url: url });
    sockets.push(socket);
  }
  const opened = stack.move();
  return {
    variables,
    fixtures,
    async sweep() {
      for (const socket of sockets) await sweep(socket);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function fixturesOf({ certificates: { ca, client, otherCa, otherClient } }: TlsForwarder): Fixtures {
  return new Map([
    ["ca.pem", ca],
    ["cert.pem", client.cert],
    ["key.pem", client.key],
    ["bad-ca.pem", otherCa],
    ["bad-cert.pem", otherClient.cert],
    ["bad-key.pem", otherClient.key],
  ]);
}
