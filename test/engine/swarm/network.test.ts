import { expect, test } from "@jest/globals";
import { onSwarm, swarmApi } from "../../support/swarm-host";

onSwarm("an overlay network", (host) => {
  const args = (more: object = {}) => ({
    endpointId: 1,
    name: `${host.prefix}net`,
    driver: "overlay",
    attachable: true,
    ...more,
  });
  const inspect = async () => await swarmApi("GET", `/networks/${host.prefix}net`);

  test("is made as the program says, is the same later and after a refresh, and is destroyed twice", async () => {
    const { stack } = host;
    const inputs = args({ labels: { a: "1" }, options: { encrypted: "" } });
    expect(await stack.up("Network", "net", inputs)).toBe("create");
    expect((await inspect()).body).toMatchObject({
      Driver: "overlay",
      Scope: "swarm",
      Attachable: true,
      Labels: { a: "1" },
    });
    expect(stack.outputs("net")["scope"]).toBe("swarm");
    const asked = host.server.requests().length;
    expect(await stack.up("Network", "net", inputs)).toBe("same");
    expect(host.server.requests()).toHaveLength(asked);
    expect(await stack.refresh("net")).toBe(true);
    expect(await stack.up("Network", "net", inputs)).toBe("same");
    const entry = stack.entry("net");
    await stack.destroy("net");
    expect((await inspect()).status).toBe(404);
    stack.remember("net", entry);
    await stack.destroy("net");
  });

  test("is recreated when it changes, and looked up without the number that the engine gives it", async () => {
    const { stack } = host;
    await stack.up("Network", "net", args());
    expect(await stack.up("Network", "net", args({ labels: { a: "2" } }))).toBe("update");
    expect((await inspect()).body).toMatchObject({ Labels: { a: "2" } });
    const found = await stack.get("Network", "seen", `1/${host.prefix}net`);
    expect(found).toMatchObject({ driver: "overlay", attachable: true });
    expect(found).not.toHaveProperty("options");
    expect(found).not.toHaveProperty("ingress");
  });

  test("is not changed or deleted while a service is on it, and is, once that one is gone", async () => {
    const { stack } = host;
    await stack.up("Network", "net", args());
    const service = {
      endpointId: 1,
      name: `${host.prefix}web`,
      image: "pulumi-portainer/busybox:1",
      command: ["sleep", "1000"],
      networks: [`1/${host.prefix}net`],
      updateConfig: { monitor: "1s" },
    };
    await stack.up("Service", "web", service);
    await expect(stack.up("Network", "net", args({ labels: { a: "2" } }))).rejects.toThrow(
      /cannot be recreated: the services .*web are on it\. Nothing was changed\. Give the network another `name`/s,
    );
    await expect(stack.destroy("net")).rejects.toThrow(/are on the network .*Nothing was deleted/s);
    await stack.destroy("web");
    await stack.destroy("net");
    expect((await inspect()).status).toBe(404);
  });
});
