/** Reads what a command writes, and keeps no more of it than a state should hold. */
import type { Readable } from "node:stream";

/** How much of each stream is kept, in bytes: its end. */
export const KEPT_BYTES = 64 * 1024;

const HEADER_BYTES = 8;
const STDERR = 2;

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the beginning of a stream was dropped. */
  readonly isCut: boolean;
}

export const NO_OUTPUT: Output = { stdout: "", stderr: "", isCut: false };

/** The end of a stream of any length. */
class Tail {
  readonly #pieces: Buffer[] = [];
  #length = 0;
  isCut = false;

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    while (this.#length - (this.#pieces[0]?.length ?? 0) >= KEPT_BYTES) {
      this.#length -= this.#pieces.shift()?.length ?? 0;
      this.isCut = true;
    }
  }

  /** Without the line end at its end, as a shell's `$(…)`. */
  get text(): string {
    const bytes = Buffer.concat(this.#pieces);
    this.isCut ||= bytes.length > KEPT_BYTES;
    return bytes
      .subarray(-KEPT_BYTES)
      .toString("utf8")
      .replace(/\r?\n$/, "");
  }
}

/**
 * Reads the engine's stream to its end. It puts a header before each piece: the stream's number, and the length. A piece
 * may come in several chunks, and is not kept whole.
 */
export async function readOutput(chunks: Readable): Promise<Output> {
  const [stdout, stderr] = [new Tail(), new Tail()];
  let rest = Buffer.alloc(0);
  let target = stdout;
  let left = 0;
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (left === 0) {
        if (rest.length < HEADER_BYTES) break;
        target = rest[0] === STDERR ? stderr : stdout;
        left = rest.readUInt32BE(4);
        rest = rest.subarray(HEADER_BYTES);
      }
      const piece = rest.subarray(0, left);
      target.add(piece);
      left -= piece.length;
      rest = rest.subarray(piece.length);
      if (left > 0 || rest.length === 0) break;
    }
  }
  const texts = { stdout: stdout.text, stderr: stderr.text };
  return { ...texts, isCut: stdout.isCut || stderr.isCut };
}
