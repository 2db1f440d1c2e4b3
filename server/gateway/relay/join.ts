import type { Duplex } from "node:stream";

/**
 * Makes two connections one. Each side's end is passed on while the other direction goes on: `docker attach` says
 * that its input has ended and waits for the rest of the output. A side that breaks off takes the other with it.
 */
export function join(one: Duplex, other: Duplex): void {
  one.pipe(other);
  other.pipe(one);
  breakTogether(one, other);
  breakTogether(other, one);
}

function breakTogether(one: Duplex, other: Duplex): void {
  const end = () => {
    if (!one.readableEnded || one.errored) other.destroy();
  };
  one.on("error", end);
  one.once("close", end);
}
