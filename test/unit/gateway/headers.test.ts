import { describe, expect, test } from "@jest/globals";
import { framing, requestHeaders, responseHeaders } from "../../../server/gateway/relay/headers";

const pairs = (headers: Record<string, string>) => Object.entries(headers).flat();
const toEngine = (headers: Record<string, string>) =>
  requestHeaders(
    pairs(headers),
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  );

describe("the headers of a request", () => {
  test.each(["Authorization", "Cookie", "X-API-Key", "x-api-key", "X-CSRF-Token", "Proxy-Authorization"])(
    "never give the caller's %s to the engine",
    (name) => {
      expect(toEngine({ [name]: "secret", Accept: "*/*" })).toEqual(["Accept", "*/*"]);
    },
  );

  test("go on without those of the connection, named in it or not", () => {
    const headers = {
      Connection: "close, X-Hop",
      "X-Hop": "1",
      TE: "trailers",
      Upgrade: "h2c",
      "X-Meta": "2",
    };
    expect(toEngine(headers)).toEqual(["X-Meta", "2"]);
  });

  test("keep order, spelling and repetition", () => {
    expect(requestHeaders(["X-b", "1", "x-A", "2", "X-b", "3"], {})).toEqual([
      "X-b",
      "1",
      "x-A",
      "2",
      "X-b",
      "3",
    ]);
  });

  test("say how long the body is, whatever `Connection` names", () => {
    const headers = { connection: "content-length", "content-length": "12" };
    expect(framing("POST", headers)).toEqual(["Content-Length", "12"]);
  });

  test.each([
    ["POST", {}, ["Content-Length", "0"]],
    ["GET", {}, []],
    ["PUT", { "transfer-encoding": "chunked" }, ["Transfer-Encoding", "chunked"]],
  ])("frame the body of a %s with %p", (method, headers, expected) => {
    expect(framing(method, headers)).toEqual(expected);
  });
});

describe("the headers of an answer", () => {
  const raw = [
    "Api-Version",
    "1.41",
    "Connection",
    "close",
    "Transfer-Encoding",
    "chunked",
    "Content-Length",
    "3",
  ];

  test("go to the client without those of the connection", () => {
    expect(responseHeaders(raw, {})).toEqual(["Api-Version", "1.41", "Content-Length", "3"]);
  });

  test("say nothing of the length of a body that is rewritten", () => {
    expect(responseHeaders(raw, {}, true)).toEqual(["Api-Version", "1.41"]);
  });
});
