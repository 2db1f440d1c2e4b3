import { run } from "../../machine/command.mts";

const CONNECTIONS = 32;
const SECONDS = 4;

/** Requests a second that a URL answers on kept connections. Throws if any of the answers is not a success. */
export async function requestsPerSecond(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const flags = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const said = await run("wrk", ["-t1", `-c${CONNECTIONS}`, `-d${SECONDS}s`, ...flags, url]);
  const failed = /Non-2xx or 3xx responses: (\d+)|Socket errors: .*/.exec(said)?.[0];
  if (failed) throw new Error(`${url}: ${failed}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1]);
}
