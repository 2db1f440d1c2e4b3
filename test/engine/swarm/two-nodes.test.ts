import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually";
import { type Host, PASSWORD, startHost } from "../../support/host";
import { ownEngineOrSkip, testImage } from "../../support/needs";
import { startTwoMachines, type TwoMachines } from "../../support/two-machines";

ownEngineOrSkip()("a swarm of two nodes", () => {
  let machines: TwoMachines;
  let host: Host;

  beforeAll(async () => {
    machines = await startTwoMachines();
    host = await startHost({ engine: { url: machines.one.url } });
    const { one, other } = machines;
    await host.stack.up("Swarm", "swarm", swarmArgs());
    const join = await other.api("POST", "/swarm/join", {
      ListenAddr: `${other.address}:2377`,
      AdvertiseAddr: other.address,
      RemoteAddrs: [`${one.address}:2377`],
      JoinToken: host.stack.outputs("swarm")["workerToken"],
    });
    expect(join.status).toBe(200);
    await eventually(async () => (await nodeNamed(other.hostname))?.Status.State === "ready");
  });

  afterEach(async () => {
    if (host.stack.has("web")) await host.stack.destroy("web");
    host.stack.forget();
    const { one, other } = machines;
    await change(one.hostname, { Role: "manager", Availability: "active", Labels: {} });
    await change(other.hostname, { Role: "worker", Availability: "active", Labels: {} });
    await eventually(async () => !(await isManager(other)));
  });

  afterAll(async () => {
    await machines.other.api("POST", "/swarm/leave?force=true");
    await machines.one.api("POST", "/swarm/leave?force=true");
    await host[Symbol.asyncDispose]();
    await machines[Symbol.asyncDispose]();
  });

  const swarmArgs = () => ({
    endpointId: 1,
    advertiseAddress: machines.one.address,
    listenAddress: `${machines.one.address}:2377`,
  });

  interface SeenNode {
    readonly ID: string;
    readonly Version: { readonly Index: number };
    readonly Spec: { readonly Role: string; readonly Availability: string; readonly Labels: object };
    readonly Description: { readonly Hostname: string };
    readonly Status: { readonly State: string };
  }
  const nodes = async () => (await machines.one.api("GET", "/nodes")).body as unknown as SeenNode[];
  const nodeNamed = async (hostname: string) =>
    (await nodes()).find(({ Description }) => Description.Hostname === hostname);
  const change = async (hostname: string, spec: object) => {
    const { ID, Version, Spec } = (await nodeNamed(hostname)) as SeenNode;
    const path = `/nodes/${ID}/update?version=${Version.Index}`;
    await machines.one.api("POST", path, { ...Spec, ...spec });
  };
  const isManager = async ({ api }: TwoMachines["other"]) => {
    const { body } = await api("GET", "/info");
    return (body as { Swarm?: { ControlAvailable?: boolean } }).Swarm?.ControlAvailable === true;
  };
  /** The host names of the nodes on which tasks of the service run. */
  const whereItRuns = async () => {
    const names = new Map((await nodes()).map(({ ID, Description }) => [ID, Description.Hostname]));
    const filters = JSON.stringify({ service: ["web"], "desired-state": ["running"] });
    const { body } = await machines.one.api("GET", `/tasks?filters=${filters}`);
    const tasks = body as unknown as { NodeID: string; Status: { State: string } }[];
    return tasks
      .filter(({ Status }) => Status.State === "running")
      .map(({ NodeID }) => names.get(NodeID) ?? "")
      .sort();
  };

  const node = (more: object = {}) => ({ endpointId: 1, name: machines.other.hostname, ...more });
  const web = (more: object = {}) => ({
    endpointId: 1,
    name: "web",
    image: testImage,
    command: ["sleep", "1000"],
    stopSignal: "SIGKILL",
    updateConfig: { monitor: "1s" },
    ...more,
  });

  test("runs a service where its placement says, and moves it when that changes", async () => {
    const { stack } = host;
    const { one, other } = machines;
    await stack.up("Node", "other", node({ labels: { zone: "north" } }));
    const inNorth = web({ placement: { constraints: ["node.labels.zone == north"] } });
    await stack.up("Service", "web", inNorth);
    expect(await whereItRuns()).toEqual([other.hostname]);
    expect(await stack.up("Service", "web", inNorth)).toBe("same");
    await stack.up("Service", "web", web({ placement: { constraints: ["node.role == manager"] } }));
    expect(await whereItRuns()).toEqual([one.hostname]);
  });

  test("moves tasks away from a node that is drained, and a global service follows its nodes", async () => {
    const { stack } = host;
    const { one, other } = machines;
    await stack.up("Service", "web", web({ mode: "global" }));
    expect(await whereItRuns()).toEqual([one.hostname, other.hostname]);
    expect(await stack.up("Node", "other", node({ availability: "drain" }))).toBe("create");
    await eventually(async () => (await whereItRuns()).length === 1);
    expect(await whereItRuns()).toEqual([one.hostname]);
    expect(await stack.refresh("web")).toBe(true);
    expect(await stack.up("Service", "web", web({ mode: "global" }))).toBe("same");
    expect(await stack.up("Node", "other", node({ availability: "active" }))).toBe("update");
    await eventually(async () => (await whereItRuns()).length === 2);
  });

  test("has a node that becomes a manager, and a worker again, in place", async () => {
    const { stack } = host;
    const { one, other } = machines;
    await stack.up("Node", "other", node({ role: "worker" }));
    expect(await stack.up("Node", "other", node({ role: "manager" }))).toBe("update");
    expect(await stack.refresh("other")).toBe(true);
    expect(await stack.up("Node", "other", node({ role: "manager" }))).toBe("same");
    await eventually(() => isManager(other));
    expect(await stack.up("Node", "other", node({ role: "worker" }))).toBe("update");
    expect((await nodeNamed(other.hostname))?.Spec.Role).toBe("worker");
    await expect(stack.up("Node", "one", node({ name: one.hostname, role: "worker" }))).rejects.toThrow(
      /environment 1 leads to this node: as a worker it could no longer manage the swarm/,
    );
    expect((await nodeNamed(one.hostname))?.Spec.Role).toBe("manager");
  });

  test("keeps a node that is destroyed: it is only forgotten, with its labels and tasks", async () => {
    const { stack } = host;
    const { other } = machines;
    await stack.up("Node", "other", node({ labels: { zone: "north" } }));
    await stack.up("Service", "web", web({ placement: { constraints: ["node.labels.zone == north"] } }));
    await stack.destroy("other");
    expect((await nodeNamed(other.hostname))?.Spec.Labels).toEqual({ zone: "north" });
    expect(await whereItRuns()).toEqual([other.hostname]);
  });

  test("is the same swarm through any of its managers, and another engine is none of them", async () => {
    const { stack, server } = host;
    const { one, other } = machines;
    const leadTo = async (URL: string) => {
      const answer = await fetch(`${server.url}/api/endpoints/1`, {
        method: "PUT",
        headers: { "x-api-key": server.apiKey ?? "" },
        body: JSON.stringify({ URL }),
      });
      expect(answer.status).toBe(200);
    };
    const program: readonly (readonly [type: string, name: string, inputs: Record<string, unknown>])[] = [
      ["Swarm", "swarm", { ...swarmArgs(), adopt: "matching" }],
      ["Node", "other", node({ labels: { zone: "north" } })],
      ["Secret", "db", { endpointId: 1, name: "db", data: "one" }],
      ["Config", "page", { endpointId: 1, name: "page", data: "one" }],
      ["Network", "shop", { endpointId: 1, name: "shop", driver: "overlay" }],
      ["Service", "web", web({ replicas: 1, networks: ["1/shop"] })],
    ];
    await using _first = await host.switchTo({ username: "admin", password: PASSWORD });
    for (const resource of program) await stack.up(...resource);
    await stack.up("Volume", "data", { endpointId: 1, name: "data" });
    await change(other.hostname, { Role: "manager" });
    await eventually(() => isManager(other));
    await leadTo(other.url);
    {
      await using _later = await host.switchTo({ username: "admin", password: PASSWORD });
      for (const [type, name, inputs] of program) {
        expect([name, await stack.refresh(name)]).toEqual([name, true]);
        expect([name, await stack.up(type, name, inputs)]).toEqual([name, "same"]);
      }
      await expect(stack.refresh("data")).rejects.toThrow(/leads to another engine/);
      for (const [, name] of program.toReversed()) await stack.destroy(name);
    }
    await leadTo(one.url);
    await stack.destroy("data");
    expect((await one.api("GET", "/secrets")).text.trim()).toBe("[]");
  });

  test("has no other node", async () => {
    await expect(host.stack.up("Node", "none", node({ name: "node-3" }))).rejects.toThrow(
      'has no node "node-3"',
    );
  });
});
