import { expect, test } from "@jest/globals";
import { contract, dockerContract, isAtLeast, type Route } from "../../../contract";
import { scenarios } from "../../twin/scenario";

const GATEWAY = "/endpoints/:endpointId/docker";

/** Seen live in conversations that are not among the recordings here. */
const SEEN_ELSEWHERE = new Set([
  "endpoints.forceUpdateService",
  "tlsFiles.upload",
  "registries.setAccess",
  "appTemplates.list",
  "customTemplates.createFromElsewhere",
  "docker.images.pull",
]);

interface Operation {
  readonly name: string;
  readonly route: Route;
  readonly pattern: RegExp;
}

/** Those with fewer parameters first, as the server looks for them. */
const operations: Operation[] = [
  ...operationsOf("", "", contract),
  ...operationsOf("docker.", GATEWAY, dockerContract),
].sort((one, other) => one.route.path.split("/:").length - other.route.path.split("/:").length);

const recorded = new Set(
  scenarios
    .flatMap(({ steps }) => steps.filter(({ nocheck }) => !nocheck))
    .map(({ method, path }) =>
      operations.find(({ route, pattern }) => method === route.method && pattern.test(path)),
    ),
);

const isRecorded = (operation: Operation): boolean => recorded.has(operation);

const wasSeenLive = ({ route: { verified } }: Operation): boolean =>
  typeof verified === "object" && verified.by === "live";

test("says of every operation what verified it", () => {
  expect(operations.filter(({ route }) => route.verified === false)).toEqual([]);
});

test("calls verified live what a real Portainer was recorded to answer, and nothing else", () => {
  const named = (found: readonly Operation[]) => found.map(({ name }) => name);

  const claimed = operations.filter((it) => wasSeenLive(it) && !SEEN_ELSEWHERE.has(it.name));

  expect(named(claimed.filter((it) => !isRecorded(it)))).toEqual([]);
  expect(named(operations.filter((it) => isRecorded(it) && !wasSeenLive(it)))).toEqual([]);
  expect(named(operations.filter((it) => isRecorded(it) && SEEN_ELSEWHERE.has(it.name)))).toEqual([]);
});

test("verifies a route by no release that lacks it", () => {
  const wrong = operations.filter(({ route: { verified, since, until } }) => {
    const release = typeof verified === "object" ? /^\d+\.\d+/.exec(verified.version)?.[0] : undefined;
    if (release === undefined) return false;
    return (
      (since !== undefined && !isAtLeast(release, since)) ||
      (until !== undefined && !isAtLeast(until, release))
    );
  });
  expect(wrong.map(({ name }) => name)).toEqual([]);
});

function operationsOf(
  prefix: string,
  path: string,
  entities: Readonly<Record<string, Readonly<Record<string, Route>>>>,
): Operation[] {
  return Object.entries(entities).flatMap(([entity, routes]) =>
    Object.entries(routes).map(([name, route]) => ({
      name: `${prefix}${entity}.${name}`,
      route,
      pattern: new RegExp(`^/api${path}${route.path}`.replaceAll(/:\w+/g, "[^/?]+").concat("(?:\\?|$)")),
    })),
  );
}
