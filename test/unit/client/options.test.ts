import { expect, test } from "@jest/globals";
import { type ClientOptions, createClient } from "../../../client";
import { parseUrl } from "../../../client/url";
import { makeCertificates } from "../../support/certificates";

function create(options: Partial<ClientOptions>): () => unknown {
  return () => createClient({ url: "https://portainer.example", ...options });
}

test.each([
  ["https://portainer.example", "https://portainer.example", "/api"],
  ["https://portainer.example:9443/", "https://portainer.example:9443", "/api"],
  ["https://portainer.example/api/", "https://portainer.example", "/api"],
  ["http://[::1]:9000/a/b//", "http://[::1]:9000", "/a/b/api"],
  ["HTTPS://Portainer.Example/Sub/api", "https://portainer.example", "/Sub/api"],
])("reads the url %s", (url, origin, apiPath) => {
  expect(parseUrl(url)).toMatchObject({ origin, apiPath });
});

test.each([
  ["portainer.example:9443/sub", 'did you mean "https://portainer.example:9443/sub"?'],
  ["unix:///var/run/portainer.sock", "begins with https:// or http://."],
  ["", "begins with https:// or http://."],
  ["https://portainer.example/?a=1", "leave out ? and #"],
])("refuses the url %j and says why", (url, said) => {
  expect(create({ url })).toThrow(TypeError);
  expect(create({ url })).toThrow(said);
});

test("refuses credentials in the url without repeating them", () => {
  const url = "https://ada:hunter2@portainer.example";
  expect(create({ url })).toThrow("must not hold a user name or password: give them as credentials.");
  expect(create({ url })).not.toThrow("hunter2");
});

test.each(["Authorization", "X-API-Key"])(
  "refuses the header %s, because Portainer takes one proof",
  (name) => {
    expect(create({ headers: { [name]: "s3cr3t" } })).toThrow(`headers must not set ${name}`);
  },
);

test.each([
  [{ headers: { "x-team": "blue\n" } }, 'The header "x-team" cannot be sent'],
  [{ headers: { "x team": "blue" } }, 'The header "x team" cannot be sent'],
  [
    { credentials: { apiKey: "ptr_abcdef\n" } },
    "The apiKey cannot be sent: it holds a character that no header may hold",
  ],
])("refuses what no header may hold: %j", (options, said) => {
  expect(create(options)).toThrow(said);
  expect(create(options)).not.toThrow(/ptr_|blue/);
});

test("refuses a client certificate without its key, and a key without its certificate", async () => {
  const { client } = await makeCertificates();
  const said = "clientCert and clientKey belong together: give both or neither.";
  expect(create({ clientCert: client.cert })).toThrow(said);
  expect(create({ clientKey: client.key })).toThrow(said);
});

test("refuses a key that is not that of the certificate", async () => {
  const { client, otherClient } = await makeCertificates();
  expect(create({ clientCert: client.cert, clientKey: otherClient.key })).toThrow(
    "clientKey is not the key of clientCert.",
  );
});

test.each(["caCert", "clientCert", "clientKey"] as const)(
  "refuses a %s that is not PEM without repeating it",
  async (option) => {
    const { ca, client } = await makeCertificates();
    const options = { caCert: ca, clientCert: client.cert, clientKey: client.key, [option]: "hunter2" };
    expect(create(options)).toThrow(`${option} is not a`);
    expect(create(options)).not.toThrow("hunter2");
  },
);

test("sends nothing by itself", () => {
  expect(
    create({ url: "http://127.0.0.1:1", credentials: { username: "ada", password: "correct horse" } }),
  ).not.toThrow();
});
