import type { Duplex } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { WebSocket } from "ws";
import { HttpError } from "../../http-error";
import { connect } from "../engine/connections";
import type { Engine } from "../engine/engine";
import { reasonOf } from "../failure";
import { hijack, type Takeover } from "../relay/hijack";
import type { Pod } from "../terminal/query";
import { shakeHands } from "../terminal/stream";

/** Messages are binary. The first byte is the number of the stream. */
const PROTOCOL = "v4.channel.k8s.io";
const STDIN = 0;
const OUTPUT: readonly number[] = [1, 2];

/**
 * Connects a browser's WebSocket with a command in a pod, through the WebSocket of the cluster's API. Throws an
 * `HttpError` if it cannot connect.
 */
export async function connectPod(engine: Engine, pod: Pod, token: string, takeover: Takeover): Promise<void> {
  const cluster = await startCommand(engine, pod, token, takeover.connection);
  takeover.connection.once("close", () => cluster.terminate());
  shakeHands(takeover, (browser) => relay(browser, cluster));
}

/** The same behind an agent, which answers the handshake itself. */
export function connectPodByAgent(
  engine: Engine,
  endpointId: number,
  pod: Pod,
  token: string,
  takeover: Takeover,
): Promise<void> {
  const { namespace, podName, containerName, command } = pod;
  const words = { endpointId: String(endpointId), namespace, podName, containerName, command };
  const search = new URLSearchParams(words);
  return hijack(engine, `/websocket/pod?${search}`, takeover, ["X-PortainerAgent-SA-Token", token]);
}

function startCommand(engine: Engine, pod: Pod, token: string, client: Duplex): Promise<WebSocket> {
  const { address } = engine;
  const socket = new WebSocket(`ws://${address.host}${pathOf(pod)}`, PROTOCOL, {
    createConnection: () => connect(address),
    headers: { Authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  const abandon = () => socket.terminate();
  client.once("close", abandon);
  return new Promise((resolve, reject) => {
    const refuse = (reason: string) =>
      reject(new HttpError(500, "Unable to start exec process inside container", reason));
    socket.once("open", () => {
      client.off("close", abandon);
      resolve(socket);
    });
    socket.once("unexpected-response", (_request, { statusCode }) => {
      refuse(`the cluster answered ${statusCode}`);
      socket.terminate();
    });
    socket.on("error", (cause) => refuse(reasonOf(cause)));
  });
}

function pathOf({ namespace, podName, containerName, command }: Pod): string {
  const search = new URLSearchParams({ container: containerName });
  for (const flag of ["stdin", "stdout", "stderr", "tty"]) search.set(flag, "true");
  for (const word of command.split(" ")) search.append("command", word);
  const [space, pod] = [namespace, podName].map(encodeURIComponent);
  return `/api/v1/namespaces/${space}/pods/${pod}/exec?${search}`;
}

/** Sends output as text, split between characters. Waits for a slow reader. */
function relay(browser: WebSocket, cluster: WebSocket): void {
  const decoder = new StringDecoder("utf8");
  cluster.on("message", (data: Buffer) => {
    if (!OUTPUT.includes(data[0] ?? -1)) return;
    const text = decoder.write(data.subarray(1));
    if (text === "") return;
    cluster.pause();
    browser.send(text, () => cluster.resume());
  });
  browser.on("message", (data: Buffer) => {
    if (cluster.readyState !== WebSocket.OPEN) return;
    browser.pause();
    cluster.send(Buffer.concat([Buffer.of(STDIN), data]), () => browser.resume());
  });
  cluster.once("close", () => browser.close());
  browser.once("close", () => cluster.close());
  browser.on("error", () => cluster.terminate());
}
