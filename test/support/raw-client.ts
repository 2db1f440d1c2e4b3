import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A client that writes bytes, for what no HTTP client would send. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  private received = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    socket.on("error", () => {});
  }

  static async connect(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    await once(socket, "connect");
    return new RawClient(socket);
  }

  /** Sends the lines of a head, then whatever follows it. */
  send(lines: readonly string[], rest = ""): void {
    this.socket.write(`${lines.join("\r\n")}\r\n\r\n${rest}`);
  }

  get text(): string {
    return this.received.toString();
  }

  /** Waits until this has come. */
  async until(what: string): Promise<void> {
    for (let waited = 0; !this.text.includes(what); waited += 5) {
      if (waited > 5000) throw new Error(`Not received in time: ${what}; only: ${this.text}`);
      await sleep(5);
    }
  }

  /** Waits until the other side has said all. */
  async end(): Promise<void> {
    if (!this.socket.readableEnded) await once(this.socket, "end");
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
