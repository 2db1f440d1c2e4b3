import { expect, test } from "@jest/globals";
import { onEngine } from "../support/container-host";
import { engineApi, valueAt } from "../support/engine-api";

onEngine("a network", (host) => {
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

  test("of a swarm is refused in one sentence where there is none", async () => {
    await expect(host.stack.up("Network", "net", args({ driver: "overlay" }))).rejects.toThrow(
      /no manager of a swarm.*Nothing was changed/s,
    );
  });

  test("reaches the engine as the program says", async () => {
    const inputs = { internal: true, attachable: true, labels: { a: "1" }, ipam: { config: [POOL] } };
    await host.stack.up("Network", "net", args(inputs));
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

  test("is recreated when it changes, and replaced, its successor first, when its name changes too", async () => {
    const { stack } = host;
    await stack.up("Network", "net", args());
    const { id, outputs, inputs } = stack.entry("net");
    const change = (more: object) => stack.plugin.diff(id, outputs, { ...inputs, ...more });
    expect(await change({ internal: true })).toMatchObject({ changes: true, replaces: [] });
    expect(await change({ internal: true, name: `${host.prefix}two` })).toMatchObject({
      replaces: ["name"],
      deleteBeforeReplace: false,
    });
    expect(await stack.up("Network", "net", args({ internal: true }))).toBe("update");
    expect((await inspect()).body).toMatchObject({ Internal: true });
    expect(stack.outputs("net")["networkId"]).toBe((await inspect()).body["Id"]);
  });

  /** A container on the network, and what it is to the others there. */
  async function onNetwork(suffix: string, more: object): Promise<string> {
    const name = `${host.prefix}${suffix}`;
    const endpoint = { [`${host.prefix}net`]: more };
    await engineApi("POST", `/containers/create?name=${name}`, {
      Image: host.base["image"],
      Cmd: ["sleep", "1000"],
      ExposedPorts: { "80/tcp": {} },
      HostConfig: { NetworkMode: `${host.prefix}net`, PortBindings: { "80/tcp": [{ HostPort: "" }] } },
      NetworkingConfig: { EndpointsConfig: endpoint },
    });
    return name;
  }
  const endpointOf = async (name: string) => {
    const { body } = await engineApi("GET", `/containers/${name}/json`);
    return (body as unknown as { NetworkSettings: { Networks: Record<string, object> } }).NetworkSettings
      .Networks[`${host.prefix}net`];
  };
  const OTHER = { subnet: "10.79.32.0/24" };

  test("is recreated under containers that run or not, which keep their names, addresses and ports there", async () => {
    const { stack } = host;
    await stack.up("Network", "net", args({ ipam: { config: [POOL] } }));
    const runs = await onNetwork("runs", { Aliases: ["it"], IPAMConfig: { IPv4Address: "10.79.31.200" } });
    await engineApi("POST", `/containers/${runs}/start`);
    const created = await onNetwork("created", { Aliases: ["other"] });
    const before = (await engineApi("GET", `/containers/${runs}/json`)).body;

    expect(await stack.up("Network", "net", args({ ipam: { config: [POOL] }, labels: { v: "2" } }))).toBe(
      "update",
    );

    const after = (await engineApi("GET", `/containers/${runs}/json`)).body;
    expect(after["State"]).toEqual(before["State"]);
    expect(await endpointOf(runs)).toMatchObject({
      IPAddress: "10.79.31.200",
      Aliases: expect.arrayContaining(["it"]),
    });
    expect(valueAt(after, "NetworkSettings.Ports")).toHaveProperty(["80/tcp", "0"]);
    expect(await endpointOf(created)).toMatchObject({ Aliases: expect.arrayContaining(["other"]) });
    expect((await engineApi("POST", `/containers/${created}/start`)).status).toBe(204);
    await stack.refresh("net");
    expect(await stack.up("Network", "net", args({ ipam: { config: [POOL] }, labels: { v: "2" } }))).toBe(
      "same",
    );

    await stack.up("Network", "net", args({ ipam: { config: [OTHER] }, labels: { v: "2" } }));
    expect(await endpointOf(runs)).toMatchObject({ IPAddress: expect.stringMatching(/^10\.79\.32\./) });
  });

  test("is put back with its containers when the other one cannot be made", async () => {
    const { stack } = host;
    await stack.up("Network", "net", args({ ipam: { config: [POOL] } }));
    const runs = await onNetwork("runs", { Aliases: ["it"], IPAMConfig: { IPv4Address: "10.79.31.200" } });
    await engineApi("POST", `/containers/${runs}/start`);
    await expect(
      stack.up("Network", "net", args({ ipam: { config: [POOL] }, driver: "no-such-driver" })),
    ).rejects.toThrow(/could not be recreated: [\s\S]*The network is as before, with its containers/);
    expect(stack.outputs("net")["networkId"]).toBe((await inspect()).body["Id"]);
    expect(await endpointOf(runs)).toMatchObject({
      IPAddress: "10.79.31.200",
      Aliases: expect.arrayContaining(["it"]),
    });
    await stack.refresh("net");
    expect(await stack.up("Network", "net", args({ ipam: { config: [POOL] } }))).toBe("same");
  });

  test("is not deleted while a container is on it", async () => {
    const { stack } = host;
    await stack.up("Network", "net", args());
    const runs = await onNetwork("runs", {});
    await engineApi("POST", `/containers/${runs}/start`);
    await expect(stack.destroy("net")).rejects.toThrow(`"${host.prefix}net": ${runs}. Nothing was deleted`);
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
    expect(await stack.up("Network", "net", args())).toBe("update");
    expect((await inspect()).body).toMatchObject({ Internal: false });
  });

  test("is gone when another stack has made one of its name, which is left alone", async () => {
    const { stack } = host;
    const stranger = "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/portainer:Network::net";
    await stack.up("Network", "net", args());
    const entry = stack.entry("net");
    await engineApi("DELETE", `/networks/${host.prefix}net`);
    const Labels = { "io.pulumi.portainer.urn": stranger };
    await engineApi("POST", "/networks/create", { Name: `${host.prefix}net`, Labels });
    expect(await stack.refresh("net")).toBe(false);
    stack.remember("net", entry);
    await stack.destroy("net");
    expect((await inspect()).status).toBe(200);
  });

  test("is not taken over unasked, and asked only when it is as the program says", async () => {
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
