import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { engineApi, inspect, namesLike } from "../support/engine-api";
import { testImage } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

const PROVIDER = 'exports.handler=()=>require("pulumi-portainer/provider").Container;';
const COMMAND = ["sleep", "1000"];

stackOrSkip()("a container that was there before", () => {
  let site: Site;
  let name: string;
  let containerId: string;

  beforeAll(async () => {
    site = await openSite("");
    name = `${site.prefix}web`;
    const body = { Image: testImage, Cmd: COMMAND, Labels: { team: "ops" }, StopSignal: "SIGKILL" };
    await engineApi("POST", `/containers/create?name=${name}`, body);
    await engineApi("POST", `/containers/${name}/start`);
    containerId = (await inspect(name))?.Id ?? "";
  });

  afterAll(async () => await site[Symbol.asyncDispose]());

  it("is looked up by its name, and by the engine's id", async () => {
    await site.write(`
const byName = portainer.Container.get("byName", "1/" + named("web"));
const byId = portainer.Container.get("byId", "1/${containerId}");
exports.found = [byName.containerId, byId.containerId, byName.labels.team, byId.name];`);
    must(await site.stack.up());
    expect((await site.stack.outputs())["found"]).toEqual([containerId, containerId, "ops", name]);
    expect(must(await site.stack.up()).code).toBe(0);
  });

  it("is not touched by a program that has looked it up and is destroyed", async () => {
    must(await site.stack.destroy());
    expect(await inspect(name)).toMatchObject({ Id: containerId, State: { Running: true } });
  });

  it("is missed, by name, when there is none", async () => {
    await site.write('portainer.Container.get("seen", "1/" + named("nobody"));');
    const { code, output } = await site.stack.up();
    expect(code).not.toBe(0);
    expect(output).toContain(`${site.prefix}nobody`);
    must(await site.stack.destroy());
  });

  it("is refused when a program declares it as new, and taken with adopt", async () => {
    const declare = (more: string) =>
      site.write(
        `new portainer.Container("web", { name: named("web"), image, command: ["sleep", "1000"], ${more} });`,
      );
    await declare("");
    const refused = await site.stack.up();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain('adopt: "matching"');
    await declare('adopt: "matching", memory: "64m"');
    const unlike = await site.stack.up();
    expect(unlike.code).not.toBe(0);
    expect(unlike.output).toMatch(/memory differs/);
    await declare('adopt: "matching"');
    const requests = await site.requestsOf(async () => must(await site.stack.up()));
    expect(requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
    expect((await site.stack.state()).resource("web")?.outputs).toMatchObject({ containerId });
    must(await site.stack.run(["state", "delete", (await site.stack.state()).resource("web")?.urn ?? ""]));
  });

  it("comes into the state by `pulumi import --file`, and the first preview shows no change", async () => {
    const given = { endpointId: 1, name, image: testImage, command: COMMAND, desiredState: "running" };
    const { engineId, instanceId } = await identity();
    const inputs = { ...given, __provider: PROVIDER };
    const outputs = { ...inputs, containerId, createId: "", engineId, instanceId };
    const type = "pulumi-nodejs:dynamic/portainer:Container";
    const requests = await site.requestsOf(async () => {
      must(await site.stack.import({ resources: [{ type, name: "web", id: `1/${name}`, inputs, outputs }] }));
    });
    expect(requests).toEqual([]);

    await site.write(
      'new portainer.Container("web", { name: named("web"), image, command: ["sleep", "1000"] });',
    );
    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    expect(Object.keys(must(await site.stack.up()).changes)).toEqual(["same"]);
    must(await site.stack.refresh());
    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    expect((await inspect(name))?.Id).toBe(containerId);
  });

  it("belongs to the program from then on", async () => {
    must(await site.stack.destroy());
    expect(await namesLike(name)).toEqual([]);
  });

  const identity = async () => ({
    engineId: ((await engineApi("GET", "/info")).body as unknown as { ID: string }).ID,
    instanceId: ((await (await fetch(`${site.server.url}/api/status`)).json()) as { InstanceID: string })
      .InstanceID,
  });
});
