import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import * as portainer from "../../sdk";
import { type RunningServer, startServer } from "../../server";
import { engineApi, sweep } from "../support/engine-api";
import { PASSWORD } from "../support/host";
import { engineOrSkip, engineUrl, testImage } from "../support/needs";

const SECRET = "hunter2-of-the-web";

engineOrSkip()("functions", () => {
  const prefix = `functions-${process.pid}-`;
  const web = `${prefix}web`;
  let server: RunningServer;
  let containerId: string;

  beforeAll(async () => {
    server = await startServer({ admin: { password: PASSWORD }, engine: { url: engineUrl } });
    await engineApi("POST", "/networks/create", { Name: `${prefix}net`, Labels: { team: "ops" } });
    await engineApi("POST", "/volumes/create", { Name: `${prefix}data`, Labels: { team: "ops" } });
    const { body } = await engineApi("POST", `/containers/create?name=${web}`, {
      Image: testImage,
      Cmd: ["sh", "-c", "echo served $TOKEN; echo refused >&2; exec sleep 1000"],
      Env: [`TOKEN=${SECRET}`],
      Labels: { team: "ops" },
      StopTimeout: 0,
      ExposedPorts: { "80/tcp": {} },
      HostConfig: {
        NetworkMode: `${prefix}net`,
        PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] },
      },
    });
    containerId = String(body["Id"]);
    await engineApi("POST", `/containers/${web}/start`);
    await engineApi("POST", `/containers/create?name=${prefix}idle`, {
      Image: testImage,
      Labels: { team: "ops" },
    });
    pulumi.runtime.setAllConfig({
      "portainer:url": server.url,
      "portainer:apiKey": server.apiKey ?? "",
      "portainer:endpointId": "1",
    });
  });
  afterAll(async () => {
    await server.stop();
    await sweep(prefix);
  });

  /** What was asked of the engine meanwhile, without the question for its API version. */
  async function requestsOf(work: () => Promise<unknown>): Promise<string[]> {
    const before = server.requests().length;
    await work();
    return server
      .requests()
      .slice(before)
      .map(
        ({ method, path }) => `${method} ${path.replace(/\?.*/, "").replace("/api/endpoints/1/docker", "")}`,
      )
      .map((request) => request.replace(/\/v1\.\d+/, "").replace(prefix, ""))
      .filter((request) => request !== "GET /version");
  }

  test("an environment is found by name and by id", async () => {
    const { endpoints } = await portainer.getEndpoints();
    expect(endpoints).toEqual([
      expect.objectContaining({
        endpointId: 1,
        type: "docker",
        url: engineUrl,
        groupId: 1,
        tagIds: [],
        status: "up",
      }),
    ]);
    const [local] = endpoints;
    expect(await portainer.getEndpoint({ id: 1 })).toEqual(local);
    expect(await portainer.getEndpoint({ name: local?.name ?? "" })).toEqual(local);
    expect(await portainer.getEndpoints({ search: "no such text" })).toEqual({ endpoints: [] });
    await expect(portainer.getEndpoint({ name: "nowhere" })).rejects.toThrow(
      'getEndpoint: there is no environment "nowhere" on',
    );
  });

  test("a container is found by name and by id with one request", async () => {
    const found = {
      containerId,
      name: web,
      image: testImage,
      status: "running",
      labels: expect.objectContaining({ team: "ops" }),
      restartCount: 0,
      assignedPorts: { "80/tcp": expect.any(Number) },
      networkAddresses: { [`${prefix}net`]: expect.stringMatching(/^\d+(\.\d+){3}$/) },
    };
    const requests = await requestsOf(async () =>
      expect(await portainer.getContainer({ name: web })).toMatchObject(found),
    );
    expect(requests).toEqual(["GET /containers/web/json"]);
    expect(await portainer.getContainer({ endpointId: 1, name: containerId })).toMatchObject(found);
  });

  test("the beginning of a container's id is not its name", async () => {
    await expect(portainer.getContainer({ name: containerId.slice(0, 12) })).rejects.toThrow(
      /^getContainer: there is no container ".+" in environment 1 on/,
    );
  });

  test("containers are listed by Docker's filters with one request", async () => {
    const filters = { label: ["team=ops"], name: [prefix] };
    const requests = await requestsOf(async () => {
      const { containers } = await portainer.getContainers({ filters });
      expect(containers).toEqual([expect.objectContaining({ containerId, name: web, status: "running" })]);
    });
    expect(requests).toEqual(["GET /containers/json"]);
    const { containers } = await portainer.getContainers({ filters, all: true });
    expect(containers.map(({ name, status }) => [name, status])).toEqual([
      [`${prefix}idle`, "created"],
      [web, "running"],
    ]);
  });

  test("an image, a network and a volume are found with one request each", async () => {
    const requests = await requestsOf(async () => {
      const image = await portainer.getImage({ name: testImage });
      expect(image.tags).toEqual(expect.arrayContaining([testImage]));
      // Other tests push the same image to registries of their own.
      expect(image.repoDigests.filter((digest) => !digest.startsWith("127.0.0.1:"))).toEqual([]);
      expect(image.imageId).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(image.platform).toMatch(/^linux\/\w+/);
      expect(image.size).toBeGreaterThan(0);
      expect(await portainer.getNetwork({ name: `${prefix}net` })).toMatchObject({
        name: `${prefix}net`,
        driver: "bridge",
        scope: "local",
        internal: false,
        subnets: [expect.stringMatching(/\/\d+$/)],
        labels: { team: "ops" },
      });
      expect(await portainer.getVolume({ name: `${prefix}data` })).toMatchObject({
        name: `${prefix}data`,
        driver: "local",
        mountpoint: expect.stringContaining(`${prefix}data`),
        labels: { team: "ops" },
      });
    });
    expect(requests).toEqual([
      expect.stringMatching(/^GET \/images\/.+\/json$/),
      "GET /networks/net",
      "GET /volumes/data",
    ]);
  });

  test("a log comes without the values of the container's environment", async () => {
    const logs = async (more: object) => (await portainer.getLogs({ name: web, ...more })).logs;
    expect((await logs({})).split("\n").sort()).toEqual(["refused", "served [masked]"]);
    expect(await logs({ stderr: false })).toBe("served [masked]");
    expect(await logs({ stdout: false })).toBe("refused");
  });

  test("what is not there is said with its environment", async () => {
    const cases = [
      () => portainer.getImage({ name: "no-such/image:1" }),
      () => portainer.getNetwork({ name: "no-such-network" }),
      () => portainer.getVolume({ name: "no-such-volume" }),
      () => portainer.getLogs({ name: "no-such-container" }),
    ];
    for (const call of cases)
      await expect(call()).rejects.toThrow(/^get\w+: there is no \w+ "no-such.+" in environment 1 on/);
    await expect(portainer.getVolume({ endpointId: 99, name: "data" })).rejects.toThrow(
      /^getVolume: there is no environment 99 on/,
    );
  });
});

describe("without an environment", () => {
  test("a function of an engine says where to set it", async () => {
    pulumi.runtime.setAllConfig({ "portainer:url": "http://127.0.0.1:1", "portainer:apiKey": "none" });
    await expect(portainer.getVolume({ name: "data" })).rejects.toThrow(
      "getVolume: no environment: give `endpointId`, or set it for the provider",
    );
  });
});
