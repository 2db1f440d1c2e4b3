/**
 * A server that answers like Portainer, small enough to start inside a test.
 *
 * @example
 * ```ts
 * await using server = await startServer({ admin: { password: "correct-horse-9" } });
 * const answer = await fetch(`${server.url}/api/status`);
 * ```
 *
 * @module
 */
import "../contract/supported-node";

export { parseDuration } from "../contract/duration";
export type { Clock } from "./clock";
export type { Failure, FailureKind } from "./http/failures";
export type { RecordedRequest, RequestFilter } from "./http/recorder";
export type { Administrator, ServerOptions } from "./options";
export type { RunningServer } from "./server";
export { startServer } from "./start";
