import { hostname } from "node:os";
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { type Host, startHost } from "../../support/host";
import { ownEngineOrSkip } from "../../support/needs";
import { type SwarmEngine, startSwarmEngine } from "../../support/swarm-engine";

// On a swarm of its own: a node that is paused runs no tasks for other tests.
ownEngineOrSkip()("a node of a swarm", () => {
  let own: SwarmEngine;
  let host: Host;

  beforeAll(async () => {
    own = await startSwarmEngine();
    host = await startHost({ engine: { url: own.url } });
    await own.api("POST", "/swarm/init", {
      ListenAddr: own.listenAddress,
      AdvertiseAddr: "127.0.0.1",
    });
  });

  afterEach(async () => {
    host.stack.forget();
    await label({}, { Availability: "active" });
  });

  afterAll(async () => {
    await own.api("POST", "/swarm/leave?force=true");
    await host[Symbol.asyncDispose]();
    await own[Symbol.asyncDispose]();
  });

  const args = (more: object = {}) => ({
    endpointId: 1,
    name: hostname(),
    labels: { zone: "north" },
    ...more,
  });
  const spec = async () => {
    const [node] = (await own.api("GET", "/nodes")).body as unknown as {
      ID: string;
      Version: { Index: number };
      Spec: { Labels: object };
    }[];
    return node as NonNullable<typeof node>;
  };
  const label = async (labels: object, more: object = {}) => {
    const { ID, Version, Spec } = await spec();
    await own.api("POST", `/nodes/${ID}/update?version=${Version.Index}`, {
      ...Spec,
      ...more,
      Labels: labels,
    });
  };

  test("gets labels and an availability, there and back, and what others have set stays", async () => {
    const { stack } = host;
    await label({ rack: "7" });
    expect(await stack.up("Node", "it", args())).toBe("create");
    expect((await spec()).Spec.Labels).toEqual({ rack: "7", zone: "north" });
    const asked = host.server.requests().length;
    expect(await stack.up("Node", "it", args())).toBe("same");
    expect(host.server.requests()).toHaveLength(asked);
    expect(await stack.refresh("it")).toBe(true);
    expect(await stack.up("Node", "it", args())).toBe("same");
    expect(await stack.up("Node", "it", args({ labels: {}, availability: "pause" }))).toBe("update");
    expect((await spec()).Spec).toMatchObject({ Labels: { rack: "7" }, Availability: "pause" });
    expect((await spec()).Spec.Labels).toEqual({ rack: "7" });
    expect(await stack.up("Node", "it", args({ availability: "active" }))).toBe("update");
  });

  test("shows what somebody else has changed, and is put right", async () => {
    const { stack } = host;
    await stack.up("Node", "it", args());
    await label({ zone: "south", other: "1" });
    await stack.refresh("it");
    expect(await stack.up("Node", "it", args())).toBe("update");
    expect((await spec()).Spec.Labels).toEqual({ zone: "north", other: "1" });
  });

  test("takes two requests to take over, one to read, two to change, none to forget, and stays", async () => {
    const { stack } = host;
    const since = host.server.requests().length;
    await stack.up("Node", "it", args());
    await stack.refresh("it");
    await stack.up("Node", "it", args({ labels: {} }));
    await stack.destroy("it");
    const asked = host.server.requests().slice(since);
    expect(asked.filter(({ path }) => path.includes("/nodes")).map(({ method }) => method)).toEqual([
      "GET",
      "POST",
      "GET",
      "GET",
      "POST",
    ]);
    expect((await spec()).ID).not.toBe("");
  });

  test("is found by its id, declared once, and not made", async () => {
    const { stack } = host;
    const { ID } = await spec();
    expect(await stack.get("Node", "seen", `1/${ID}`)).toMatchObject({
      nodeId: ID,
      hostname: hostname(),
      role: "manager",
    });
    await stack.up("Node", "it", args({ name: ID }));
    await expect(stack.up("Node", "again", args())).rejects.toThrow(/is "it" in this stack already/);
    await expect(stack.up("Node", "none", args({ name: "nobody" }))).rejects.toThrow('has no node "nobody"');
  });
});
