import { describe, expect, test } from "@jest/globals";
import { engineTarget, gatewayTarget } from "../../../server/gateway/target";
import { Target } from "../../../server/http/target";
import { HttpError } from "../../../server/http-error";

const find = (url: string) => gatewayTarget(new Target({ url, headers: {} }));
const at = (path: string) => {
  const found = find(`/api/endpoints/1/docker${path}`);
  if (found?.to !== "docker") throw new Error(`Not for an engine: ${path}`);
  return engineTarget(found);
};

describe("what a request asks an engine for", () => {
  test.each([
    ["/containers/json?all=1", "/containers/json?all=1"],
    ["/v1.41/images/a%2Fb%20c/json", "/v1.41/images/a%2Fb%20c/json"],
    ["/info?", "/info"],
    ["/events?filters=%7B%7D&since=1", "/events?filters=%7B%7D&since=1"],
    ["/containers/json?token=secret&all=1", "/containers/json?all=1"],
    ["/containers/json?all=1&X-Api-Key=secret", "/containers/json?all=1"],
    ["/containers/json?%74oken=secret", "/containers/json"],
  ])("passes %s on as %s", (sent, passed) => {
    expect(at(sent).path).toBe(passed);
  });

  test.each([
    ["/containers/json", ["containers", "json"]],
    ["/v1.41/containers/json", ["containers", "json"]],
    ["/v1/containers/json", ["containers", "json"]],
    ["/v1.41.0/containers/json", ["containers", "json"]],
    ["/containers%2Fweb%2Fjson", ["containers", "web", "json"]],
    ["/%63ontainers/web", ["containers", "web"]],
    ["/containers/web/", ["containers", "web"]],
    ["/version", ["version"]],
  ])("is matched with the rules as the engine reads it: %s", (path, segments) => {
    expect(at(path).segments).toEqual(segments);
  });

  test.each([
    "/../users",
    "/containers/../info",
    "/containers/%2e%2e/info",
    "/images/a%2f..%2f..%2finfo",
    "/containers//json",
    "/containers/./json",
    "/containers/%zz",
    "/containers/%ff",
    "/containers/json#part",
    "/containers/json?all=1#part",
  ])("refuses %s", (path) => {
    expect(() => at(path)).toThrow(HttpError);
  });

  test.each(["http://elsewhere/api/endpoints/1/docker/info", "/api/endpoints/1/docker", "*", ""])(
    "is not asked for by %p",
    (url) => {
      expect(find(url)).toBeUndefined();
    },
  );
});
