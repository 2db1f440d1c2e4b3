import { expect, test } from "@jest/globals";
import { createClient, type PortainerClient } from "../../../client";
import { type RunningServer, startServer } from "../../../server";

const admin = { username: "ada", password: "correct-horse-9" };

function connect(
  server: RunningServer,
  credentials: { username: string; password: string } | { apiKey: string },
): PortainerClient {
  return createClient({ url: server.url, credentials });
}

test("creates the first administrator, logs in as them, and goes on with their API key", async () => {
  await using server = await startServer();
  await using owner = connect(server, admin);

  const body = { Username: admin.username, Password: admin.password };
  const { Id } = await owner.users.initAdmin({ body });
  const request = { params: { id: Id }, body: { description: "ci", password: admin.password } };
  const { rawAPIKey } = await owner.apiKeys.create(request);
  await using ci = connect(server, { apiKey: rawAPIKey });

  expect(await ci.users.me()).toMatchObject({ Id, Username: "ada" });
  expect(server.requests({ path: "/api/auth" })).toHaveLength(1);
});

test("reads what it has created, and deletes it", async () => {
  await using server = await startServer({ admin });
  await using client = connect(server, admin);

  const { Id: id } = await client.users.create({
    body: { Username: "Grace", Password: "battery-staple-7", Role: 2 },
  });
  expect(await client.users.get({ params: { id } })).toMatchObject({ Username: "grace", Role: 2 });
  await client.users.delete({ params: { id } });
  await expect(client.users.get({ params: { id } })).rejects.toMatchObject({ status: 404, isJson: true });
});

test("logs in again after the server has forgotten the token", async () => {
  await using server = await startServer({ admin });
  await using client = connect(server, admin);
  const { Id: id } = await client.users.me();

  await client.users.changePassword({
    params: { id },
    body: { Password: admin.password, NewPassword: admin.password },
  });
  expect(await client.users.me()).toHaveProperty("Id", id);
});

test("says what is wrong with a password, once", async () => {
  await using server = await startServer({ admin });
  await using client = connect(server, { username: "ada", password: "guessed" });

  for (let count = 0; count < 3; count += 1) {
    await expect(client.users.me()).rejects.toThrow("POST /api/auth: 422 Invalid credentials.");
  }
  expect(server.requests({ path: "/api/auth" })).toHaveLength(1);
});

test("stays below the login limit of the server, whatever many clients do", async () => {
  await using server = await startServer({ admin });
  const clients = Array.from({ length: 10 }, () => connect(server, admin));

  const users = await Promise.all(clients.map((client) => client.users.me()));
  expect(users).toHaveLength(10);
  for (const client of clients) await client.close();
});

test("finds the server below any wrong path not to be Portainer", async () => {
  await using server = await startServer({ admin });
  await using client = createClient({ url: `${server.url}/nowhere`, credentials: admin });

  await expect(client.status.get()).rejects.toMatchObject({ status: 404, isJson: false });
});
