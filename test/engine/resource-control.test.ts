import { expect, test } from "@jest/globals";
import type { ResourceControl } from "../../contract";
import { onEngine } from "../support/container-host";
import { engineApi } from "../support/engine-api";
import { type Host, PASSWORD } from "../support/host";
import { testImage } from "../support/needs";
import { onSwarm, swarmApi } from "../support/swarm-host";

/** Objects that others have made, and where Portainer shows them. */
type Objects = Readonly<
  Record<string, { make(name: string): Promise<unknown>; where(name: string): string }>
>;

const OBJECTS: Objects = {
  container: {
    make: (name) => engineApi("POST", `/containers/create?name=${name}`, { Image: testImage }),
    where: (name) => `containers/${name}/json`,
  },
  volume: {
    make: (Name) => engineApi("POST", "/volumes/create", { Name }),
    where: (name) => `volumes/${name}`,
  },
  network: {
    make: (Name) => engineApi("POST", "/networks/create", { Name, Internal: true }),
    where: (name) => `networks/${name}`,
  },
};

/** The same of a swarm: alike but for their specifications. */
const OBJECTS_OF_SWARM: Objects = Object.fromEntries(
  Object.entries({
    secret: { Data: "b25l" },
    config: { Data: "b25l" },
    service: { TaskTemplate: { ContainerSpec: { Image: testImage } }, Mode: { Replicated: { Replicas: 0 } } },
  }).map(([type, spec]) => [
    type,
    {
      make: (Name: string) => swarmApi("POST", `/${type}s/create`, { Name, ...spec }),
      where: (name: string) => `${type}s/${name}`,
    },
  ]),
);

/** What the tests of every host ask of Portainer. */
const portainerOf = (host: Host) => {
  async function api<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(`${host.server.url}/api${path}`, {
      method,
      headers: { "x-api-key": host.server.apiKey ?? "" },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }
  const makeUser = async (name: string) =>
    (await api<{ Id: number }>("POST", "/users", { Username: name, Password: PASSWORD, Role: 2 })).Id;
  return { api, makeUser };
};

interface Target {
  /** What the program says of the object. */
  readonly object: object;
  /** The resource's id. */
  readonly id: string;
  /** The control that Portainer shows with the object. */
  control(): Promise<ResourceControl | undefined>;
}

/** Says who may use an object, has it put right, and takes it back. */
async function lives(host: Host, type: string, { object, id, control }: Target): Promise<void> {
  const { stack } = host;
  const { api, makeUser } = portainerOf(host);
  const alice = await makeUser(`alice-${type}`);
  const args = (access: unknown) => ({ type, ...object, access });

  expect(await stack.up("ResourceControl", "it", args({ users: [`alice-${type}`] }))).toBe("create");
  expect((await control())?.UserAccesses).toMatchObject([{ UserId: alice }]);
  const asked = host.server.requests().length;
  expect(await stack.up("ResourceControl", "it", args({ users: [`alice-${type}`] }))).toBe("same");
  expect(host.server.requests()).toHaveLength(asked);
  expect(await stack.refresh("it")).toBe(true);
  expect(await stack.up("ResourceControl", "it", args({ users: [`alice-${type}`] }))).toBe("same");

  await api("PUT", `/resource_controls/${(await control())?.Id}`, { Public: true });
  await stack.refresh("it");
  expect(await stack.up("ResourceControl", "it", args({ users: [alice] }))).toBe("update");
  expect(await control()).toMatchObject({ Public: false, UserAccesses: [{ UserId: alice }] });
  expect(await stack.up("ResourceControl", "it", args("public"))).toBe("update");
  expect(await control()).toMatchObject({ Public: true });
  expect(await stack.get("ResourceControl", "seen", id)).toMatchObject({ access: "public" });
  await stack.destroy("it");
}

/** The life of a control of what an engine has. */
async function livesOnEngine(host: Host & { prefix: string }, type: string, objects: Objects): Promise<void> {
  const { make, where } = objects[type] as Objects[string];
  const name = `${host.prefix}of-others`;
  await make(name);
  type Decorated = { Portainer?: { ResourceControl?: ResourceControl } };
  const control = async () => {
    const path = `/endpoints/1/docker/${where(name)}`;
    return (await portainerOf(host).api<Decorated>("GET", path)).Portainer?.ResourceControl;
  };
  const object = { endpointId: 1, objectId: name };
  await lives(host, type, { object, id: `${type}/1/${name}`, control });
  expect((await control())?.Id ?? 0).toBe(0);
}

const LIFE = "says who may use a %s, is put right, and is taken back";

onSwarm("a ResourceControl of a swarm", (host) => {
  test.each(Object.keys(OBJECTS_OF_SWARM))(LIFE, (type) => livesOnEngine(host, type, OBJECTS_OF_SWARM));
});

onEngine("a ResourceControl", (host) => {
  const api = <T>(method: string, path: string, body?: object) =>
    portainerOf(host).api<T>(method, path, body);
  const makeUser = (name: string) => portainerOf(host).makeUser(name);

  test.each(Object.keys(OBJECTS))(LIFE, (type) => livesOnEngine(host, type, OBJECTS));

  test("takes nothing from others unasked, and puts back what it has taken", async () => {
    const { stack } = host;
    const name = `${host.prefix}of-bela`;
    await engineApi("POST", "/volumes/create", { Name: name });
    const bela = await makeUser("bela");
    const args = { type: "volume", endpointId: 1, objectId: name };
    const { ResourceID } = await api<{ ResourceID: string }>("GET", `/endpoints/1/docker/volumes/${name}`);
    await api("POST", "/resource_controls", { ResourceID, Type: 3, Users: [bela] });
    const others = { ...args, access: "public" };
    await expect(stack.up("ResourceControl", "it", others)).rejects.toThrow(
      /somebody has said already who may use the volume .*adopt: "replace"/s,
    );
    await using _again = await host.switchTo({ username: "admin", password: PASSWORD });
    expect(await stack.up("ResourceControl", "again", { ...others, adopt: "replace" })).toBe("create");
    await stack.destroy("again");
    expect(await stack.get("ResourceControl", "seen", `volume/1/${name}`)).toMatchObject({
      access: { users: [bela], teams: [] },
    });
  });

  test.each<[string, object, RegExp]>([
    [
      "an object that is not there",
      { type: "container", objectId: "nobody" },
      /there is no container "nobody"/,
    ],
    ["a stack of an environment", { type: "stack", objectId: 1 }, /a stack is found without it/],
    ["an unknown user", { type: "volume", objectId: "x", access: { users: ["nobody"] } }, /no user "nobody"/],
  ])("refuses %s", async (_what, inputs, refusal) => {
    const all = { endpointId: 1, access: "public", ...inputs };
    await expect(host.stack.up("ResourceControl", "it", all)).rejects.toThrow(refusal);
  });

  test("is refused to a standard user in one sentence", async () => {
    const name = `${host.prefix}of-nobody`;
    await engineApi("POST", "/volumes/create", { Name: name });
    await makeUser("carl");
    await using _carl = await host.switchTo({ username: "carl", password: PASSWORD });
    const args = { type: "volume", endpointId: 1, objectId: name, access: "public" };
    await expect(host.stack.up("ResourceControl", "it", args)).rejects.toThrow(/403|denied|administrator/i);
  });
});
