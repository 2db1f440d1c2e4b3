import { expect } from "@jest/globals";
import { createClient } from "../../../client";
import { startServer } from "../../../server";
import { PASSWORD } from "../../support/host";
import { engineUrl, testImage } from "../../support/needs";
import { play, type Scene, type Stage } from "../../support/scenes";

/** The example makes the environment, and the people who may use it. */
const withPeople =
  (
    parts: Stage<Pick<Scene, "containers" | "secrets">>,
    check?: (url: string, name: string) => Promise<void>,
  ): Stage =>
  async (name, hostPort) => {
    const server = await startServer({ admin: { password: PASSWORD } });
    const { containers, secrets } = await parts(name, hostPort);
    return {
      servers: [server],
      config: { "portainer:url": server.url, engine: engineUrl, image: testImage, name },
      secrets: { "portainer:apiKey": server.apiKey ?? "", registryPassword: "pull-images", ...secrets },
      containers,
      environments: 0,
      keys: 1,
      ...(check && { check: () => check(server.url, name) }),
    };
  };

const passwords = { alice: "alice-in-a-hurry", bob: "bob-and-his-books" };

async function seenBy(username: keyof typeof passwords, url: string, name: string): Promise<string[]> {
  await using client = createClient({ url, credentials: { username, password: passwords[username] } });
  const [endpoint] = await client.endpoints.list({});
  const containers = await client.docker(endpoint?.Id ?? 0).containers.list({ query: { all: "1" } });
  return containers
    .flatMap(({ Names }) => Names)
    .filter((found) => found.startsWith(`/${name}-`))
    .map((found) => found.slice(name.length + 2))
    .sort();
}

play({
  organisation: withPeople((name) => ({
    containers: [name],
    secrets: { alicePassword: passwords.alice },
  })),

  "access-control": withPeople(
    (name) => ({
      containers: ["library", "review", "till", "vault", "wiki"].map((suffix) => `${name}-${suffix}`),
      secrets: { alicePassword: passwords.alice, bobPassword: passwords.bob },
    }),
    async (url, name) => {
      expect(await seenBy("alice", url, name)).toEqual(["review", "till", "wiki"]);
      expect(await seenBy("bob", url, name)).toEqual(["library", "review", "wiki"]);
    },
  ),
});
