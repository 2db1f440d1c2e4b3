import { beforeEach, expect, test } from "@jest/globals";
import { onEngine } from "../support/container-host";
import { engineApi, execute, inspect, namesLike, volumesLike } from "../support/engine-api";
import { composeAndSwarmOrSkip, composeOrSkip, engineUrl, swarmUrl, testImage } from "../support/needs";
import { eventually } from "../support/processes";
import { onSwarm, swarmApi } from "../support/swarm-host";

const SERVICE = { image: testImage, command: ["sleep", "1000"], stop_signal: "SIGKILL" };
const web = (more: object = {}) => ({ ...SERVICE, environment: { TAG: "$TAG" }, ...more });
const compose = (services: object, more: object = {}) => JSON.stringify({ services, ...more });

onEngine(
  "a Stack",
  (host) => {
    let name: string;
    let count = 0;
    beforeEach(() => {
      count += 1;
      name = `${host.prefix}shop${count}`;
    });
    const args = (more: object = {}) => ({
      endpointId: 1,
      name,
      content: compose({ web: web() }),
      ...more,
    });
    const up = (more?: object) => host.stack.up("Stack", "shop", args(more));
    const container = (service = "web") => `${name}-${service}-1`;
    const environment = async () => (await inspect(container()))?.Config["Env"];

    test("runs what its file says, with its variables, is the same later, and leaves nothing", async () => {
      expect(await up({ env: { TAG: "1" } })).toBe("create");
      expect(await environment()).toContain("TAG=1");
      expect(await up({ env: { TAG: "1" } })).toBe("same");
      expect(await host.stack.refresh("shop")).toBe(true);
      expect(await up({ env: { TAG: "1" } })).toBe("same");
      expect(await up({ env: { TAG: "2" } })).toBe("update");
      expect(await environment()).toContain("TAG=2");
      await host.stack.destroy("shop");
      expect(await namesLike(host.prefix)).toEqual([]);
    });

    test("leaves services alone that did not change, and removes those that its file no longer has", async () => {
      const both = compose({ web: web(), old: SERVICE });
      await up({ content: both });
      const before = (await inspect(container()))?.Id;
      expect(await inspect(container("old"))).toBeDefined();
      await up();
      expect((await inspect(container()))?.Id).toBe(before);
      expect(await inspect(container("old"))).toBeUndefined();
      await host.stack.destroy("shop");
    });

    test("stops and starts again with its volumes, which a destroy deletes only when told", async () => {
      const volumes = { data: {} };
      const content = compose({ web: web({ volumes: ["data:/data"] }) }, { volumes });
      await up({ content });
      await execute(container(), "sh", "-c", "echo kept > /data/file");
      await up({ content, active: false });
      expect(await namesLike(host.prefix)).toEqual([]);
      await host.stack.refresh("shop");
      expect(await up({ content, active: false })).toBe("same");
      await up({ content });
      expect(await execute(container(), "cat", "/data/file")).toBe("kept");
      await host.stack.destroy("shop");
      expect(await volumesLike(host.prefix)).toEqual([`${name}_data`]);
      await up({ content, removeVolumes: true });
      await host.stack.destroy("shop");
      expect(await volumesLike(host.prefix)).toEqual([]);
    });

    test("that does not come up says why, and leaves nothing behind", async () => {
      const content = compose({ web: { ...SERVICE, image: "localhost:1/nobody/has:this" } });
      await expect(up({ content })).rejects.toThrow(/failed to deploy a stack: .*localhost:1/s);
      expect(host.stack.has("shop")).toBe(false);
      expect(await namesLike(host.prefix)).toEqual([]);
      expect(await up()).toBe("create");
      await expect(up({ content })).rejects.toThrow(/localhost:1/);
      expect((await inspect(container()))?.State.Running).toBe(true);
      await host.stack.refresh("shop");
      expect(await up()).toBe("same");
      await host.stack.destroy("shop");
    });

    test("does not take over the containers of a project that Portainer did not make", async () => {
      const Labels = { "com.docker.compose.project": name };
      const foreign = `${host.prefix}foreign`;
      await engineApi("POST", `/containers/create?name=${foreign}`, {
        Image: testImage,
        Cmd: ["true"],
        Labels,
      });
      await expect(up()).rejects.toThrow(/no stack of Portainer made it \(1 container\)/);
      expect(await inspect(foreign)).toBeDefined();
    });
  },
  composeOrSkip(),
);

onEngine(
  "a Stack of two environments",
  (host) => {
    test("moves from the engine of one to that of the other", async () => {
      const form = new FormData();
      for (const [key, value] of Object.entries({
        Name: `${host.prefix}other`,
        EndpointCreationType: "1",
        URL: swarmUrl,
      }))
        form.append(key, value);
      const answer = await fetch(`${host.server.url}/api/endpoints`, {
        method: "POST",
        headers: { "x-api-key": host.server.apiKey ?? "" },
        body: form,
      });
      const { Id: other } = (await answer.json()) as { Id: number };
      const name = `${host.prefix}shop`;
      const up = (endpointId: number) =>
        host.stack.up("Stack", "shop", { endpointId, name, content: compose({ web: web() }) });
      const there = async () => (await swarmApi("GET", `/containers/${name}-web-1/json`)).status;
      await up(1);
      expect(await up(other)).toBe("update");
      expect(await namesLike(host.prefix)).toEqual([]);
      expect(await there()).toBe(200);
      await host.stack.refresh("shop");
      expect(await up(other)).toBe("same");
      await host.stack.destroy("shop");
      expect(await there()).toBe(404);
    });
  },
  composeAndSwarmOrSkip(),
);

onSwarm("a Stack of a swarm", (host) => {
  const up = (replicas: number, more: object = {}) =>
    host.stack.up("Stack", "shop", {
      endpointId: 1,
      name: `${host.prefix}shop`,
      type: "swarm",
      content: compose({ web: { image: testImage, command: ["sleep", "1000"], deploy: { replicas } } }),
      ...more,
    });
  const service = async () => {
    const { status, body } = await swarmApi("GET", `/services/${host.prefix}shop_web`);
    return status === 200 ? (body as { Spec?: { Mode?: unknown } }).Spec?.Mode : undefined;
  };

  test("is made, changed, stopped, started and destroyed", async () => {
    expect(await up(0)).toBe("create");
    expect(await service()).toEqual({ Replicated: { Replicas: 0 } });
    expect(await up(0)).toBe("same");
    expect(await host.stack.refresh("shop")).toBe(true);
    expect(await up(0)).toBe("same");
    await up(1);
    expect(await service()).toEqual({ Replicated: { Replicas: 1 } });
    await up(1, { active: false });
    expect(await service()).toBeUndefined();
    await eventually(async () => (await networks()).length === 0);
    await up(1);
    expect(await service()).toBeDefined();
    await host.stack.destroy("shop");
    expect(await service()).toBeUndefined();
  });

  const networks = async () => {
    const { body } = await swarmApi("GET", "/networks");
    const all = body as unknown as { Name: string }[];
    return all.filter(({ Name }) => Name.startsWith(host.prefix));
  };

  test("needs a manager of a swarm, and says so", async () => {
    const form = new FormData();
    for (const [key, value] of Object.entries({
      Name: `${host.prefix}alone`,
      EndpointCreationType: "1",
      URL: engineUrl,
    }))
      form.append(key, value);
    const answer = await fetch(`${host.server.url}/api/endpoints`, {
      method: "POST",
      headers: { "x-api-key": host.server.apiKey ?? "" },
      body: form,
    });
    const { Id: endpointId } = (await answer.json()) as { Id: number };
    await expect(up(1, { endpointId })).rejects.toThrow(/is no manager of a swarm/);
  });
});
