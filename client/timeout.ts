import type { Route } from "../contract/index";

/** What a call that makes an engine work has at least, in seconds. */
const SLOW = 120;

/** How long the server may be silent in a call of this route, in seconds; 0 for no limit. */
export function secondsOf({ pace }: Route, requestTimeout: number): number {
  if (pace === "endless") return 0;
  return pace === "slow" ? Math.max(requestTimeout, SLOW) : requestTimeout;
}
