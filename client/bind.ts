import type { Route, Routes } from "../contract/index";
import type { AnyRequest } from "./call";
import type { CallOptions } from "./options";
import type { Bound } from "./types";

type Call = (route: Route, request?: AnyRequest, options?: CallOptions) => Promise<unknown>;

/** Makes a function of every route. */
export function bindRoutes<Entities extends Readonly<Record<string, Routes>>>(
  entities: Entities,
  call: Call,
): Bound<Entities> {
  const bound = mapValues(entities, (routes) => mapValues(routes, (route) => bindRoute(route, call)));
  return bound as unknown as Bound<Entities>;
}

function bindRoute(route: Route, call: Call) {
  return route.lines
    ? (request?: AnyRequest, options?: CallOptions) => lines(() => call(route, request, options))
    : (request?: AnyRequest, options?: CallOptions) => call(route, request, options);
}

/** Sends the request when the first line is asked for. */
async function* lines(open: () => Promise<unknown>): AsyncGenerator<unknown, void> {
  yield* (await open()) as AsyncIterable<unknown>;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
