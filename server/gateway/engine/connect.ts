import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Address } from "./address";

/** A peer that has vanished without a word is noticed after about this long, in milliseconds. */
const KEEP_ALIVE_PROBE = 30_000;

/** Opens a connection to an engine; it connects, or emits `error`, later. */
export function connect({ options, tls }: Address): Socket {
  const socket = tls ? connectTls({ ...options, ...tls }) : connectPlain(options);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_PROBE);
  return socket;
}
