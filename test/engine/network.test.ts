import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { type ContainerHost, startContainerHost } from "../support/container-host";
import { engineApi, sweep } from "../support/engine-api";
import { engineOrSkip } from "../support/needs";

let host: ContainerHost;
engineOrSkip()("a network", () => {
  beforeAll(async () => {
    host = await startContainerHost();
  });
  afterEach(async () => {
    host.stack.forget();
    await sweep(host.prefix);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  const args = (more: object = {}) => ({ endpointId: 1, name: `${host.prefix}net`, ...more });
  const inspect = async (suffix = "net") => await engineApi("GET", `/networks/${host.prefix}${suffix}`);
  const POOL = { subnet: "10.79.31.0/24", ipRange: "10.79.31.128/25", gateway: "10.79.31.1" };

  test.each<[string, object]>([
    ["plain", {}],
    ["internal, with options and labels", { internal: true, attachable: true, labels: { a: "1" } }],
    ["with an option of its driver", { options: { "com.docker.network.driver.mtu": "1400" } }],
    ["with its subnet alone", { ipam: { config: [{ subnet: POOL.subnet }] } }],
    ["with all addresses", { ipam: { config: [{ ...POOL, auxAddresses: { router: "10.79.31.5" } }] } }],
  ])("is made %s, and is the same later and after a refresh", async (_name, more) => {
    const { stack } = host;
    expect(await stack.up("Network", "net", args(more))).toBe("create");
    const asked = host.server.requests().length;
    expect(await stack.up("Network", "net", args(more))).toBe("same");
    expect(host.server.requests()).toHaveLength(asked);
    expect(await stack.refresh("net")).toBe(true);
    expect(await stack.up("Network", "net", args(more))).toBe("same");
    const entry = stack.entry("net");
    await stack.destroy("net");
    expect((await inspect()).status).toBe(404);
    stack.remember("net", entry);
    await stack.destroy("net");
  });

  test("reaches the engine as it was wished", async () => {
    const wish = { internal: true, attachable: true, labels: { a: "1" }, ipam: { config: [POOL] } };
    await host.stack.up("Network", "net", args(wish));
    expect((await inspect()).body).toMatchObject({
      Driver: "bridge",
      Internal: true,
      Attachable: true,
      EnableIPv6: false,
      Labels: { a: "1" },
      IPAM: { Config: [{ Subnet: POOL.subnet, IPRange: POOL.ipRange, Gateway: POOL.gateway }] },
    });
    expect(host.stack.outputs("net")).toMatchObject({ subnets: [POOL.subnet], scope: "local" });
  });

  test("is replaced when it changes, its successor first where that has another name", async () => {
    const { stack } = host;
    await stack.up("Network", "net", args());
    const { id, outputs, inputs } = stack.entry("net");
    const change = (more: object) => stack.plugin.diff(id, outputs, { ...inputs, ...more });
    expect(await change({ internal: true })).toMatchObject({
      replaces: ["internal"],
      deleteBeforeReplace: true,
    });
    expect(await change({ internal: true, name: `${host.prefix}two` })).toMatchObject({
      deleteBeforeReplace: false,
    });
    expect(await stack.up("Network", "net", args({ internal: true }))).toBe("replace");
    expect((await inspect()).body).toMatchObject({ Internal: true });
  });

  test("is not deleted while a container is on it", async () => {
    const { stack, base } = host;
    await stack.up("Network", "net", args());
    await stack.up("Container", "web", { ...base, networks: [`${host.prefix}net`] });
    await expect(stack.up("Network", "net", args({ internal: true }))).rejects.toThrow(
      `"${host.prefix}net": ${base.name}. Nothing was deleted`,
    );
    expect((await inspect()).body).toMatchObject({ Internal: false });
  });

  test("is made anew when it was removed by hand", async () => {
    const { stack } = host;
    await stack.up("Network", "net", args());
    await engineApi("DELETE", `/networks/${host.prefix}net`);
    expect(await stack.refresh("net")).toBe(false);
    expect(await stack.up("Network", "net", args())).toBe("create");
  });

  test("shows at refresh what somebody else has made of it", async () => {
    const { stack } = host;
    await stack.up("Network", "net", args());
    await engineApi("DELETE", `/networks/${host.prefix}net`);
    await engineApi("POST", "/networks/create", { Name: `${host.prefix}net`, Internal: true });
    expect(await stack.refresh("net")).toBe(true);
    expect(stack.entry("net").inputs["internal"]).toBe(true);
    expect(await stack.up("Network", "net", args())).toBe("replace");
    expect((await inspect()).body).toMatchObject({ Internal: false });
  });

  test("is not taken over unasked, and asked only when it is as wished", async () => {
    const { stack } = host;
    await host.network("net", POOL.subnet);
    await expect(stack.up("Network", "net", args())).rejects.toThrow(/already on environment 1.*adopt/s);
    const other = { config: [{ subnet: "10.79.32.0/24" }] };
    await expect(stack.up("Network", "net", args({ adopt: "matching", ipam: other }))).rejects.toThrow(
      /ipam differs/,
    );
    const same = { config: [{ subnet: POOL.subnet }] };
    expect(await stack.up("Network", "net", args({ adopt: "matching", ipam: same }))).toBe("create");
  });

  test("is found again when a crash has kept it out of the state", async () => {
    const { stack } = host;
    await stack.up("Network", "net", args());
    stack.forget();
    await host.restart();
    expect(await stack.up("Network", "net", args())).toBe("create");
  });

  test.each<[string, object, RegExp]>([
    ["a subnet", { ipam: { config: [{ subnet: "10.1.0.0" }] } }, /not a subnet such as/],
    ["a name", { name: "a b" }, /not the name of a network/],
    ["a known property", { driverOpts: {} }, /did you mean `options`/],
  ])("refuses what is not %s", async (_what, more, message) => {
    await expect(host.stack.up("Network", "net", { ...args(), ...more })).rejects.toThrow(message);
  });

  test("can be looked up by environment and name", async () => {
    await host.network("net", POOL.subnet);
    expect(await host.stack.get("Network", "net", `1/${host.prefix}net`)).toMatchObject({
      name: `${host.prefix}net`,
      driver: "bridge",
      subnets: [POOL.subnet],
      ipam: { config: [{ subnet: POOL.subnet }] },
    });
  });
});
