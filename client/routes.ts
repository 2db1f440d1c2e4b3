import { dockerContract, isAtLeast, type Route, type Routes } from "../contract";
import type { Caller } from "./caller";
import type { CallOptions } from "./options";
import type { AnyRequest } from "./request";
import { once } from "./session";
import type { Bound, DockerClient } from "./types";

type SendCall = (route: Route, request?: AnyRequest, options?: CallOptions) => Promise<unknown>;

/** Makes a function for each route. */
export function bindRoutes<Entities extends Readonly<Record<string, Routes>>>(
  entities: Entities,
  call: SendCall,
): Bound<Entities> {
  const bound = mapValues(entities, (routes) => mapValues(routes, (route) => bindRoute(route, call)));
  return bound as unknown as Bound<Entities>;
}

function bindRoute(route: Route, call: SendCall) {
  return route.lines
    ? (request?: AnyRequest, options?: CallOptions) => lines(() => call(route, request, options))
    : (request?: AnyRequest, options?: CallOptions) => call(route, request, options);
}

/** Sends the request when the first line is requested. */
async function* lines(open: () => Promise<unknown>): AsyncGenerator<unknown, void> {
  yield* (await open()) as AsyncIterable<unknown>;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** The newest Docker API that this package was written for. */
const NEWEST = "1.51";

/** What an engine says of the API versions that it has. */
interface EngineVersions {
  readonly ApiVersion: string;
  readonly MinAPIVersion?: string | undefined;
}

/** @throws Error if the engine has only versions that are newer than this package's. */
function negotiate(endpointId: number, { ApiVersion, MinAPIVersion }: EngineVersions): string {
  if (MinAPIVersion && !isAtLeast(NEWEST, MinAPIVersion)) {
    throw new Error(
      `The engine of environment ${endpointId} speaks API ${MinAPIVersion} and newer, this package ${NEWEST} and older: a newer release of the package is needed.`,
    );
  }
  return isAtLeast(ApiVersion, NEWEST) ? NEWEST : ApiVersion;
}

/** Names the node for Portainer's agent. */
const TARGET_HEADER = "x-portaineragent-target";

/** A client of an environment's engine, or of one node's. `signal` aborts the version request that its calls share. */
export function createDocker(
  call: Caller,
  endpointId: number,
  node: string | undefined,
  signal: AbortSignal,
): DockerClient {
  const gateway = `/endpoints/${endpointId}/docker`;
  const { version } = dockerContract.system;
  const withNode = (options: CallOptions = {}): CallOptions =>
    node === undefined ? options : { ...options, headers: { ...options.headers, [TARGET_HEADER]: node } };

  const unversioned = bindRoutes({ system: { version } }, (route, request, options) =>
    call(route, request, withNode(options), gateway),
  );
  const pinned = once(async () => negotiate(endpointId, await unversioned.system.version({}, { signal })));

  const engine = bindRoutes(dockerContract, async (route, request, options) => {
    const path = route === version ? gateway : `${gateway}/v${await pinned.get(options?.signal ?? signal)}`;
    return call(route, request, withNode(options), path);
  });
  return { ...engine, apiVersion: (options) => pinned.get(options?.signal ?? signal) };
}
