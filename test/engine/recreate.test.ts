import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { type Actor, form, startWorld, type World } from "../server/kit";
import { engineOrSkip, engineUrl, otherTestImage, testImage } from "../support/needs";

jest.setTimeout(120_000);

const prefix = `recreate-${randomBytes(4).toString("hex")}`;
const docker = "/endpoints/1/docker";

interface Inspected {
  Id: string;
  Name: string;
  State: { Running: boolean };
  Config: { Env: string[] };
  NetworkSettings: { Networks: Record<string, unknown> };
  Portainer: { ResourceControl: { UserAccesses: { UserId: number }[] } };
}

engineOrSkip()("what Portainer does on an engine in several steps", () => {
  let world: World;
  /** Asks the engine as somebody: it takes JSON only where that is said of it. */
  const ask = async <T>(as: Actor, method: string, path: string, body?: object): Promise<T> => {
    const headers = { "content-type": "application/json" };
    const request = { as, method, path: `${docker}${path}`, headers, ...(body && { body }) };
    const answer = await world.send(request);
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };
  beforeAll(async () => {
    world = await startWorld();
    await world.admin("POST", "/endpoints", form({ Name: "one", EndpointCreationType: "1", URL: engineUrl }));
    await world.admin("PUT", "/endpoints/1", { UserAccessPolicies: { "2": {}, "3": {} } });
    for (const name of ["a", "b"])
      await ask("key:admin", "POST", `/networks/create`, { Name: `${prefix}-${name}` });
  });
  afterAll(async () => {
    const filters = encodeURIComponent(JSON.stringify({ name: [prefix] }));
    const left = await ask<{ Id: string }[]>("key:admin", "GET", `/containers/json?all=1&filters=${filters}`);
    for (const { Id } of left) await ask("key:admin", "DELETE", `/containers/${Id}?force=1`);
    for (const name of ["a", "b"]) await ask("key:admin", "DELETE", `/networks/${prefix}-${name}`);
    await world[Symbol.asyncDispose]();
  });

  const inspect = (name: string) => ask<Inspected>("key:admin", "GET", `/containers/${name}/json`);

  /** A container of alice's, on two networks. */
  async function start(name: string): Promise<Inspected> {
    const body = {
      Image: testImage,
      Cmd: ["sleep", "600"],
      StopSignal: "SIGKILL",
      Env: ["COLOUR=red"],
      HostConfig: { NetworkMode: `${prefix}-a` },
    };
    const { Id } = await ask<{ Id: string }>("key:alice", "POST", `/containers/create?name=${name}`, body);
    await ask("key:admin", "POST", `/networks/${prefix}-b/connect`, { Container: Id });
    await ask("key:admin", "POST", `/containers/${Id}/start`);
    return inspect(Id);
  }

  const recreate = (as: "alice" | "leader" | "admin", id: string, body: object = {}) =>
    world.send({ as, method: "POST", path: `/docker/1/containers/${id}/recreate`, body });

  test("a container is replaced by one of the same description, and stays whose it was", async () => {
    const old = await start(`${prefix}-web`);
    const answer = await recreate("alice", old.Id);
    expect(answer.status).toBe(200);
    const made = (await answer.json()) as Inspected;
    expect(made.Id).not.toBe(old.Id);
    const now = await inspect(`${prefix}-web`);
    expect(now).toMatchObject({ Id: made.Id, Name: old.Name, State: { Running: true } });
    expect(now.Config.Env).toContain("COLOUR=red");
    expect(Object.keys(now.NetworkSettings.Networks).sort()).toEqual([`${prefix}-a`, `${prefix}-b`]);
    expect(now.Portainer.ResourceControl.UserAccesses).toMatchObject([{ UserId: 2 }]);
    expect(
      (await world.send({ as: "admin", method: "GET", path: `${docker}/containers/${old.Id}/json` })).status,
    ).toBe(404);
  });

  test("a container that cannot be replaced is as it was", async () => {
    const old = await start(`${prefix}-kept`);
    // The name that the old one would stand aside under is taken, once it has been stopped.
    await ask("key:admin", "POST", `/containers/create?name=${prefix}-kept-old`, {
      Image: otherTestImage,
    });
    const answer = await recreate("admin", old.Id);
    expect([answer.status, await answer.json()]).toMatchObject([
      500,
      { message: "Error recreating container" },
    ]);
    const now = await inspect(`${prefix}-kept`);
    expect(now).toMatchObject({ Id: old.Id, State: { Running: true } });
    expect(Object.keys(now.NetworkSettings.Networks).sort()).toEqual([`${prefix}-a`, `${prefix}-b`]);
  });

  test("an image that cannot be pulled stops nothing", async () => {
    const old = await start(`${prefix}-pulled`);
    expect((await recreate("admin", old.Id, { PullImage: true })).status).toBe(500);
    expect(await inspect(`${prefix}-pulled`)).toMatchObject({ Id: old.Id, State: { Running: true } });
  });

  test("a container of somebody else is not replaced", async () => {
    const old = await start(`${prefix}-alices`);
    expect((await recreate("leader", old.Id)).status).toBe(403);
    expect(await inspect(`${prefix}-alices`)).toMatchObject({ Id: old.Id });
  });

  test("what is on the engine is counted, and its images listed with whether they are used", async () => {
    await start(`${prefix}-counted`);
    const counted = await world.admin<{ containers: { running: number; total: number }; networks: number }>(
      "GET",
      "/docker/1/dashboard",
    );
    expect(counted.containers.running).toBeGreaterThan(0);
    expect(counted.containers.total).toBeGreaterThanOrEqual(counted.containers.running);
    expect(counted.networks).toBeGreaterThanOrEqual(2);
    const images = await world.admin<{ tags: string[]; used: boolean }[]>(
      "GET",
      "/docker/1/images?withUsage=true",
    );
    expect(images.find(({ tags }) => tags?.includes(testImage))).toMatchObject({ used: true });
    expect(await world.admin("GET", `/docker/1/containers/${prefix}-counted/gpus`)).toEqual({ gpus: "none" });
  });
});
