import { describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import * as portainer from "../../../sdk";
import { register } from "./kit";

const PASSWORD = "correct-horse-9";

describe("a resource", () => {
  test.each([
    ["AdminUser", () => new portainer.AdminUser("it", { password: PASSWORD })],
    ["ApiKey", () => new portainer.ApiKey("it")],
    ["CustomTemplate", () => new portainer.CustomTemplate("it", { description: "a", content: "b" })],
    ["Endpoint", () => new portainer.Endpoint("it", { url: "unix:///var/run/docker.sock" })],
    ["EndpointAccess", () => new portainer.EndpointAccess("it", { endpointId: 1, user: 5 })],
    ["EndpointGroup", () => new portainer.EndpointGroup("it")],
    ["EndpointGroupAccess", () => new portainer.EndpointGroupAccess("it", { groupId: 2, user: 5 })],
    ["Container", () => new portainer.Container("it", { image: "nginx" })],
    ["Exec", () => new portainer.Exec("it", { container: "web", command: ["true"] })],
    ["Image", () => new portainer.Image("it", { name: "nginx:1.27" })],
    ["Volume", () => new portainer.Volume("it")],
    ["Network", () => new portainer.Network("it")],
    ["Registry", () => new portainer.Registry("it", { type: "dockerHub", url: "docker.io" })],
    ["RegistryAccess", () => new portainer.RegistryAccess("it", { registryId: 1, endpointId: 1, team: 5 })],
    [
      "ResourceControl",
      () =>
        new portainer.ResourceControl("it", {
          type: "container",
          endpointId: 1,
          objectId: "web",
          access: "public",
        }),
    ],
    ["Config", () => new portainer.Config("it", { data: "a" })],
    ["Secret", () => new portainer.Secret("it", { data: "a" })],
    ["Service", () => new portainer.Service("it", { image: "nginx" })],
    ["Node", () => new portainer.Node("it")],
    ["Swarm", () => new portainer.Swarm("it")],
    ["Settings", () => new portainer.Settings("it")],
    ["SslSettings", () => new portainer.SslSettings("it")],
    ["Stack", () => new portainer.Stack("it", { content: "services: {}" })],
    ["Tag", () => new portainer.Tag("it")],
    ["Team", () => new portainer.Team("it")],
    ["TeamMembership", () => new portainer.TeamMembership("it", { userId: 2, teamId: 1 })],
    ["Webhook", () => new portainer.Webhook("it", { serviceId: "a" })],
    ["User", () => new portainer.User("it")],
  ])("%s refers to its provider by a text that never changes", async (type, program) => {
    const [resource] = await register(program);
    expect(resource?.type).toBe(`pulumi-nodejs:dynamic/portainer:${type}`);
    expect(resource?.inputs["__provider"]).toBe(
      `exports.handler=()=>require("pulumi-portainer/provider").${type};`,
    );
  });

  test("hands over its urn and the options that the engine keeps from providers", async () => {
    const [resource] = await register(
      () =>
        new portainer.ApiKey(
          "ci",
          {},
          { customTimeouts: { create: "3m" }, replaceOnChanges: ["description"] },
        ),
    );
    expect(resource?.inputs).toMatchObject({
      __urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/portainer:ApiKey::ci",
      __timeouts: { create: "3m" },
      __replaceOnChanges: ["description"],
    });
  });

  test("takes a few stack traces, where the SDK would take hundreds", async () => {
    let taken = 0;
    await register(() => {
      const { prepareStackTrace } = Error;
      Error.prepareStackTrace = (error, frames) => {
        if (frames.length > 0) taken += 1;
        return String(error);
      };
      try {
        new portainer.Container("it", { image: "nginx" });
      } finally {
        Error.prepareStackTrace = prepareStackTrace;
      }
    });
    expect(taken).toBeLessThan(20);
  });

  test("says where a program has made it wrongly", async () => {
    const limit = Error.stackTraceLimit;
    const failed = register(() => new portainer.Container("", { image: "nginx" }));
    const error = await failed.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      message: expect.stringContaining("name"),
      stack: expect.stringContaining(__filename),
    });
    expect(Error.stackTraceLimit).toBe(limit);
  });

  test("may stand wherever its id is asked for", async () => {
    const registered = await register(() => {
      const group = new portainer.Endpoint("first", { url: "unix:///var/run/docker.sock" });
      new portainer.Endpoint("second", {
        url: "tcp://10.0.7.10:2375",
        groupId: group,
        tagIds: [group, 2, "3"],
      });
      new portainer.Endpoint("third", { url: "tcp://10.0.7.10:2375", groupId: group.id });
    });
    const groups = registered.slice(1).map(({ inputs }) => inputs["groupId"]);
    expect(groups.map(idIn)).toEqual(["first-id", "first-id"]);
  });

  test("may stand among those who may use a container", async () => {
    const [, web] = await register(() => {
      const admin = new portainer.AdminUser("admin", { password: PASSWORD });
      new portainer.Container("web", { image: "nginx", access: { users: [admin, "ada"], teams: [3] } });
    });
    const access = web?.inputs["access"] as { users: unknown[] } | undefined;
    expect(access?.users.map(idIn)).toEqual(["admin-id", "ada"]);
  });

  test("has a property that the program does not set when that is read, and pays for it only then", async () => {
    let read: Promise<unknown> = Promise.resolve();
    await register(() => {
      const web = new portainer.Container("web", { image: "nginx", memory: "64m" });
      expect(Object.keys(web)).not.toContain("cpus");
      read = new Promise((known) => pulumi.all([web.memory, web.cpus, web.networkMode]).apply(known));
    });
    expect(await read).toEqual(["64m", undefined, undefined]);
  });

  test("has what state has of properties that the program does not set, with ignoreChanges and in a look-up", async () => {
    const all = ["memory", "cpus", "networks", "containerId"];
    await register(() => {
      const ignoring = new portainer.Container("web", { image: "nginx" }, { ignoreChanges: ["memory"] });
      expect(Object.keys(ignoring)).toEqual(expect.arrayContaining(all));
      expect(Object.keys(portainer.Container.get("found", "1/found"))).toEqual(expect.arrayContaining(all));
    });
  });

  test("leaves the length of stacks as it was, also after a refusal", async () => {
    const { stackTraceLimit } = Error;
    await register(() => new portainer.Container("web", { image: "nginx" }));
    const options = { parent: "no resource" as never };
    await expect(
      register(() => new portainer.Container("web", { image: "nginx" }, options)),
    ).rejects.toThrow();
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  });

  test("may be read by its id without being managed", async () => {
    const [resource] = await register(() => portainer.Endpoint.get("edge", "3"));
    expect(resource).toMatchObject({ name: "edge", id: "3" });
  });

  test.each<[string, pulumi.CustomResourceOptions, RegExp]>([
    [
      "import",
      { import: "3" },
      /Endpoint "edge": the `import` option does not work.*pulumi import --file.*adopt/,
    ],
    ["version", { version: "1.0.0" }, /name a plugin, and there is none/],
    ["pluginDownloadURL", { pluginDownloadURL: "https://x" }, /name a plugin, and there is none/],
  ])("refuses the option %s, and says what does the same", async (_option, options, message) => {
    const program = () => new portainer.Endpoint("edge", { url: "unix:///var/run/docker.sock" }, options);
    await expect(register(program)).rejects.toThrow(message);
  });

  test("refuses the provider of another package", async () => {
    class Foreign extends pulumi.ProviderResource {
      constructor() {
        super("pulumi-nodejs", "foreign", { "other:url": "http://x" });
      }
    }
    const program = () => new portainer.ApiKey("ci", {}, { provider: new Foreign() });
    await expect(register(program)).rejects.toThrow(/ApiKey "ci": its provider belongs to another package/);
  });

  test("takes a Provider of its own, also from its parent", async () => {
    const program = () => {
      const provider = new portainer.Provider("own", { url: "http://x", apiKey: "k" });
      class Shop extends pulumi.ComponentResource {
        constructor() {
          super("test:Shop", "shop", {}, { providers: [provider] });
          new portainer.Endpoint("edge", { url: "unix:///var/run/docker.sock" }, { parent: this });
        }
      }
      new Shop();
    };
    expect((await register(program)).map(({ name }) => name)).toContain("edge");
  });

  test("stands beside others in one component, and none waits for another", async () => {
    const program = () => {
      class Shop extends pulumi.ComponentResource {
        constructor() {
          super("test:Shop", "shop");
          const inside = { parent: this };
          const data = new portainer.Volume("data", { endpointId: 1 }, inside);
          new portainer.Volume("uploads", { endpointId: 1 }, inside);
          new portainer.Container(
            "web",
            { endpointId: 1, image: "nginx", volumes: [{ source: data, target: "/d" }] },
            inside,
          );
        }
      }
      new Shop();
    };
    const registered = await register(program);
    expect(registered.map(({ name }) => name)).toEqual(["shop", "data", "uploads", "web"]);
    expect(registered.at(-1)?.inputs["__urn"]).toBe(
      "urn:pulumi:dev::shop::test:Shop$pulumi-nodejs:dynamic/portainer:Container::web",
    );
  }, 10_000);
});

/** With the mocks, a resource in an input arrives as itself. */
function idIn(value: unknown): unknown {
  return typeof value === "object" && value !== null && "id" in value ? value.id : value;
}
