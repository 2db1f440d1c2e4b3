import { hostname } from "node:os";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { PASSWORD } from "../support/host";
import { swarmOrSkip, swarmUrl, testImage } from "../support/needs";
import { example, must, openStack, otherImage, type Stack, stackOrSkip, unique } from "../support/stack";
import { swarmApi, swarmObjects, sweepSwarm } from "../support/swarm-host";

const suite = process.env["TEST_PULUMI"] ? swarmOrSkip() : stackOrSkip();

suite("the example swarm", () => {
  const name = unique("web");
  let server: RunningServer;
  let stack: Stack;

  beforeAll(async () => {
    server = await startServer({ admin: { password: PASSWORD }, engine: { url: swarmUrl } });
    stack = await openStack(example("swarm"), {
      config: {
        "portainer:url": server.url,
        "portainer:endpointId": "1",
        image: testImage,
        name,
        node: hostname(),
      },
      secrets: { "portainer:apiKey": server.apiKey ?? "", password: "first-password" },
    });
  });

  afterAll(async () => {
    await sweepSwarm(name);
    await server.stop();
    await stack[Symbol.asyncDispose]();
  });

  const secretNames = async () => (await swarmObjects("secrets", name)).map(({ Spec }) => Spec.Name);
  const serviceSpec = async () =>
    (await swarmApi("GET", `/services/${name}`)).body["Spec"] as unknown as {
      TaskTemplate: {
        ForceUpdate: number;
        ContainerSpec: { Image: string; Secrets: { SecretName: string }[] };
      };
    };

  it("makes all that it declares, and its tasks run", async () => {
    const { changes } = must(await stack.up());
    expect(Object.keys(changes)).toEqual(["create"]);
    const filters = encodeURIComponent(JSON.stringify({ service: [name] }));
    const tasks = (await swarmApi("GET", `/tasks?filters=${filters}`)).body as unknown as {
      Status: object;
    }[];
    expect(tasks.map(({ Status }) => Status)).toMatchObject([{ State: "running" }, { State: "running" }]);
  });

  it("changes nothing and asks nothing when it is run again, and shows no change at refresh", async () => {
    const before = server.requests().length;
    expect(Object.keys(must(await stack.up()).changes)).toEqual(["same"]);
    expect(server.requests().slice(before)).toEqual([]);
    expect(Object.keys(must(await stack.refresh()).changes)).toEqual(["same"]);
  });

  it("deploys the service again where its webhook is called, which is no drift", async () => {
    const { output } = must(await stack.run(["stack", "output", "deployUrl", "--show-secrets"]));
    expect((await fetch(output.trim(), { method: "POST" })).status).toBe(204);
    expect((await serviceSpec()).TaskTemplate.ForceUpdate).toBe(1);
    expect(await stack.stateFile()).not.toContain("/api/webhooks/");
    expect(Object.keys(must(await stack.refresh()).changes)).toEqual(["same"]);
    expect(Object.keys(must(await stack.preview()).changes)).toEqual(["same"]);
  });

  it("moves the service over to another secret, and deletes the old one then", async () => {
    const [old] = await secretNames();
    await stack.setConfig({ title: "Another page" }, { password: "second-password" });
    const { changes } = must(await stack.up());
    expect(changes).toMatchObject({ replace: 2, update: 1 });
    const now = await secretNames();
    expect(now).toHaveLength(1);
    expect(now).not.toEqual([old]);
    expect((await serviceSpec()).TaskTemplate.ContainerSpec.Secrets).toMatchObject([{ SecretName: now[0] }]);
    expect(await swarmObjects("configs", name)).toHaveLength(1);
  });

  it("rolls another image out, and nothing else", async () => {
    await stack.setConfig({ image: otherImage });
    const { changes } = must(await stack.up());
    expect(changes).toEqual({ same: expect.any(Number), update: 1 });
    expect((await serviceSpec()).TaskTemplate.ContainerSpec.Image).toBe(otherImage);
  });

  it("goes back to what ran where a roll-out fails, and the next change goes on from there", async () => {
    await stack.setConfig({ image: "pulumi-portainer/no-such-image:1" });
    const failed = await stack.up();
    expect(failed.code).not.toBe(0);
    expect(failed.diagnostics.join("\n")).toMatch(/no-such-image/);
    expect((await serviceSpec()).TaskTemplate.ContainerSpec.Image).toBe(otherImage);
    await stack.setConfig({ image: otherImage });
    must(await stack.up());
    expect(Object.keys(must(await stack.refresh()).changes)).toEqual(["same"]);
    expect((await serviceSpec()).TaskTemplate.ContainerSpec.Image).toBe(otherImage);
  });

  it("leaves nothing behind", async () => {
    must(await stack.destroy());
    for (const kind of ["services", "secrets", "configs"] as const)
      expect(await swarmObjects(kind, name)).toEqual([]);
    const { text } = await swarmApi("GET", "/networks");
    expect(text).not.toContain(name);
  });
});
