import { createClient, type PortainerClient } from "../../client";
import { type RunningServer, startServer } from "../../server";
import { engineApi, namesLike, sweep, volumesLike } from "./engine-api";
import { PASSWORD } from "./host";
import { engineUrl, testImage } from "./needs";
import { example, openStack, type Stack, unique } from "./stack";

/** The example `installation`, with a server of its own on which others have something, too. */
export interface Installation extends AsyncDisposable {
  readonly server: RunningServer;
  readonly stack: Stack;
  readonly client: PortainerClient;
  /** What all names on the engine begin with. */
  readonly prefix: string;
  /** The names of all that is there, by kind. */
  world(): Promise<World>;
  /** What was asked of the server while this was done. */
  requestsOf(work: () => Promise<unknown>): Promise<string[]>;
}

export type World = Readonly<Record<string, readonly string[]>>;

export const SECRETS = {
  firstPassword: "everybody-changes-this",
  registryPassword: "pull-images-here",
  databasePassword: "hunter2-of-the-database",
};

/** @param through the address that programs use instead of the server's. */
export async function openInstallation(
  through: (server: RunningServer) => Promise<string> = async ({ url }) => url,
): Promise<Installation> {
  const server = await startServer({ admin: { password: PASSWORD } });
  const client = createClient({ url: server.url, credentials: { apiKey: server.apiKey ?? "" } });
  const prefix = unique("installation");
  const stack = await openStack(example("installation"), {
    config: { "portainer:url": await through(server), engine: engineUrl, image: testImage, name: prefix },
    secrets: { ...SECRETS, "portainer:apiKey": server.apiKey ?? "" },
  });
  await client.tags.create({ body: { Name: "somebody else's" } });
  await client.users.create({ body: { Username: "stranger", Password: "a-stranger-here", Role: 2 } });
  await engineApi("POST", `/containers/create?name=${prefix}-strange`, { Image: testImage });
  return {
    server,
    stack,
    client,
    prefix,
    async world() {
      const users = await client.users.list({});
      const teams = await client.teams.list({});
      const memberships = (await client.teamMemberships.list()).map(({ TeamID, UserID, Role }) => {
        const team = teams.find(({ Id }) => Id === TeamID)?.Name ?? TeamID;
        const user = users.find(({ Id }) => Id === UserID)?.Username ?? UserID;
        return `${team}/${user}/${Role}`;
      });
      const networks = await engineApi("GET", "/networks");
      const names = (list: readonly { readonly Name: string }[]) => list.map(({ Name }) => Name).sort();
      return {
        tags: names(await client.tags.list()),
        teams: names(teams),
        users: users.map(({ Username }) => Username).sort(),
        memberships: memberships.sort(),
        groups: names(await client.endpointGroups.list()),
        environments: names(await client.endpoints.list({})),
        registries: names(await client.registries.list()),
        containers: await namesLike(prefix),
        volumes: (await volumesLike(prefix)).sort(),
        networks: names(networks.body as unknown as { Name: string }[]).filter((name) =>
          name.startsWith(prefix),
        ),
      };
    },
    async requestsOf(work) {
      const before = server.requests().length;
      await work();
      return server
        .requests()
        .slice(before)
        .map(({ method, path }) => `${method} ${path}`);
    },
    async [Symbol.asyncDispose]() {
      await sweep(prefix);
      await client.close();
      await server.stop();
      await stack[Symbol.asyncDispose]();
    },
  };
}
