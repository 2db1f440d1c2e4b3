import { inspect } from "node:util";
import { expect, test } from "@jest/globals";
import { redact, secretsIn } from "../../../client/secrets";
import { API_KEY, connect, failure, json, serve, text } from "./kit";

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0.c2lnbmF0dXJl";
const PEM = "-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----";

test("an error shows nothing secret even if the server repeats all that it was sent", async () => {
  await using server = await serve((response, { url, headers, body }) => {
    if (url === "/api/auth") return json(response, 200, { jwt: JWT });
    const sent = `${JSON.stringify(headers)} ${body}`;
    json(response, 400, { message: `cannot read ${sent}`, details: sent });
  });
  await using client = connect(server.url, {
    credentials: { username: "ada", password: "correct horse" },
    headers: { "x-team": "blue-team-token" },
  });

  const body = { Username: "grace", Password: "battery staple", NewPassword: "another one" };
  const options = { headers: { "x-setup-token": "0123456789" } };
  const error = await failure(client.users.update({ params: { id: 3 }, body }, options));
  expect(inspect(error)).toContain("[secret]");
  expect(inspect(error)).toContain("grace");
  expect(inspect(error)).not.toMatch(/correct horse|battery staple|another one|blue-team|0123456789|eyJ/);
});

test("an error shows no file of a form", async () => {
  await using server = await serve((response, { body }) => json(response, 500, { message: String(body) }));
  await using client = connect(server.url);

  const file = { filename: "key.pem", content: PEM };
  const error = await failure(
    client.tlsFiles.upload({ params: { file: "key" }, form: { folder: "1", file } }),
  );
  expect(inspect(error)).not.toContain("MIGH");
});

test("an error shows nothing that its caller calls secret", async () => {
  await using server = await serve((response, { body }) =>
    json(response, 409, { message: `${body} exists` }),
  );
  await using client = connect(server.url);

  const error = await failure(client.tags.create({ body: { Name: "hunter2" } }, { secrets: ["hunter2"] }));
  expect(inspect(error)).not.toContain("hunter2");
});

test("a failed connection shows no credentials", async () => {
  await using server = await serve((response) => response.socket?.destroy());
  await using client = connect(server.url);

  const error = await failure(client.tags.create({ body: { Name: "prod" } }));
  expect(inspect(error, { depth: 10 })).not.toContain(API_KEY);
});

test.each([
  [`token ${JWT} refused`, "token [secret] refused"],
  [`key ${API_KEY}.`, "key [secret]."],
  [`bad ${PEM}!`, "bad [secret]!"],
  ["cut -----BEGIN RSA PRIVATE KEY-----\nMIGH", "cut [secret]"],
])("recognises what looks secret: %j", (text, clean) => {
  expect(redact(text, [])).toBe(clean);
});

test.each(['pass"word\\1', "pass word/1"])("recognises the secret %j inside JSON and a URL", (secret) => {
  expect(redact(`${JSON.stringify({ secret })} ?p=${encodeURIComponent(secret)}`, [secret])).toBe(
    '{"secret":"[secret]"} ?p=[secret]',
  );
});

test("a secret that is cut off with the rest of a long text does not show its beginning", async () => {
  await using server = await serve((response) =>
    text(response, 500, `${"x".repeat(190)} correct horse battery`),
  );
  await using client = connect(server.url);

  const options = { secrets: ["correct horse battery"] };
  expect((await failure(client.users.me({}, options))).message).not.toContain("correct");
});

test("replaces a secret that contains another one as a whole", () => {
  expect(redact("x correct horse battery y", ["correct horse", "correct horse battery"])).toBe(
    "x [secret] y",
  );
});

test("leaves words alone that are a secret too short to tell", () => {
  expect(redact("the admin exists", ["admin"])).toBe("the admin exists");
});

test("finds the secrets of a body by their names, at any depth", () => {
  const body = {
    Name: "a",
    Password: "b",
    nested: [{ authToken: "c", note: "d" }],
    keys: ["e"],
    none: null,
    Env: ["A=1", "DB_PASSWORD=f"],
  };
  expect(secretsIn(body)).toEqual(["b", "c", "e", "f"]);
});
