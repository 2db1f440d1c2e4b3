import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** What the proxy does to a request. */
export type Mischief =
  /** The connection ends before the server has seen the request. */
  | "reset"
  /** The server has done the work, and the connection ends instead of the answer. */
  | "reset-after"
  /** The answer ends in the middle. */
  | "truncate"
  /** The request waits. */
  | "delay"
  /** The server gets the request twice, as from a proxy that repeats what HTTP calls idempotent: all but POST and PATCH. */
  | "duplicate";

/** How often each happens, as a share of all requests. */
const SHARES: readonly (readonly [Mischief, number])[] = [
  ["reset", 0.03],
  ["reset-after", 0.03],
  ["truncate", 0.03],
  ["delay", 0.08],
  ["duplicate", 0.03],
];
const LONGEST_DELAY = 300;
const REPEATABLE: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE"]);

export interface ChaosProxy extends AsyncDisposable {
  readonly url: string;
  /** What has been done so far, by kind. */
  readonly done: Readonly<Partial<Record<Mischief, number>>>;
  /** From now on, nothing is done to any request. */
  calm(): void;
  /** From now on, mischief is done again. */
  rage(): void;
}

/** A proxy before a server, that does mischief at random. The same seed draws the same numbers. */
export async function startChaosProxy(target: string, seed: number): Promise<ChaosProxy> {
  const random = generator(seed);
  const done: Partial<Record<Mischief, number>> = {};
  let isCalm = false;

  const draw = (method: string): Mischief | undefined => {
    let rest = random();
    for (const [mischief, share] of SHARES) {
      if (rest < share) return mischief === "duplicate" && !REPEATABLE.has(method) ? undefined : mischief;
      rest -= share;
    }
    return undefined;
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    const mischief = isCalm ? undefined : draw(incoming.method ?? "GET");
    if (mischief) done[mischief] = (done[mischief] ?? 0) + 1;
    if (mischief === "reset") return void incoming.socket.resetAndDestroy();
    if (mischief === "delay") await delay(random() * LONGEST_DELAY);
    if (mischief === "duplicate") await answerTo(incoming, body, target).then((one) => bodyOf(one));
    const answer = await answerTo(incoming, body, target);
    if (mischief === "reset-after") {
      await bodyOf(answer);
      return void incoming.socket.resetAndDestroy();
    }
    if (mischief !== "truncate") {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
      return;
    }
    const whole = await bodyOf(answer);
    response.writeHead(answer.statusCode ?? 502, {
      "content-type": answer.headers["content-type"] ?? "application/json",
      "content-length": whole.length + 1,
    });
    response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => incoming.socket.destroy());
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    done,
    calm() {
      isCalm = true;
    },
    rage() {
      isCalm = false;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function answerTo(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  target: string,
): Promise<IncomingMessage> {
  const { "transfer-encoding": _chunked, "content-length": _length, ...others } = headers;
  const call: ClientRequest = send(new URL(url ?? "/", target), {
    method,
    headers: { ...others, ...(body.length > 0 && { "content-length": body.length }) },
  });
  call.end(body);
  return await new Promise((resolve, reject) => {
    call.once("response", resolve);
    call.once("error", reject);
  });
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
