import { expect, test } from "@jest/globals";
import { ContractError, isContractError } from "../../../client";
import { type Answer, connect, failure, json, serve, text } from "./kit";

async function mismatch(answer: Answer): Promise<Error> {
  await using server = await serve(answer);
  await using client = connect(server.url);
  const error = await failure(client.endpoints.list());
  expect(isContractError(error)).toBe(true);
  return error;
}

const ENDPOINT = {
  Id: 1,
  Name: "edge",
  Type: 1,
  URL: "unix:///var/run/docker.sock",
  GroupId: 1,
  PublicURL: "",
  Status: 1,
  TLSConfig: { TLS: false, TLSSkipVerify: false },
  TagIds: null,
};

test("says where the answer differs, and what was expected there", async () => {
  const error = await mismatch((response) =>
    json(response, 200, [{ ...ENDPOINT, TLSConfig: { TLS: false } }]),
  );
  expect(error).toBeInstanceOf(ContractError);
  expect(error.message).toBe(
    "GET /api/endpoints: the answer is not as expected: /0/TLSConfig/TLSSkipVerify: expected boolean, received undefined.",
  );
});

test("never repeats what the answer holds", async () => {
  const error = await mismatch((response) =>
    json(response, 200, [{ ...ENDPOINT, Id: "s3cr3t", Status: "hunter2" }]),
  );
  expect(error.message).toContain(
    "/0/Id: expected number, received string; /0/Status: expected number, received string",
  );
  expect(error.message).not.toMatch(/s3cr3t|hunter2/);
});

test("names a few differences and counts the rest", async () => {
  const error = await mismatch((response) => json(response, 200, [1, 2, 3, 4, 5]));
  expect(error.message).toContain("/2: expected object, received number; and 2 more.");
});

test("says that an answer is a web page", async () => {
  const error = await mismatch((response) =>
    text(response, 200, "<!doctype html><title>Welcome</title>", "text/html"),
  );
  expect(error.message).toBe(
    "GET /api/endpoints: the answer is not as expected: it is HTML, not JSON. Is the url that of a Portainer server, sub-path included?",
  );
});

test.each([
  ["", "it is empty."],
  ["pong", "it is not JSON."],
])("says of the answer %j: %s", async (body, said) => {
  expect((await mismatch((response) => text(response, 200, body))).message).toContain(said);
});
