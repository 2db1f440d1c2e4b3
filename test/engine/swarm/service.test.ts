import { describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import * as portainer from "../../../sdk";
import { has } from "../../support/engine-api";
import { onSwarm, swarmApi, swarmObjects } from "../../support/swarm-host";

const IMAGE = "pulumi-portainer/busybox:1";
const OTHER_IMAGE = "pulumi-portainer/busybox:2";

onSwarm("a service", (host) => {
  /** The least that a service needs; its tasks end at once when they are stopped. */
  const args = (more: object = {}) => ({
    endpointId: 1,
    name: `${host.prefix}web`,
    image: IMAGE,
    command: ["sleep", "1000"],
    stopSignal: "SIGKILL",
    updateConfig: { monitor: "1s" },
    ...more,
  });
  /** The same without tasks, for what needs none. */
  const idle = (more: object = {}) => args({ replicas: 0, waitForConvergence: false, ...more });
  const idIn = () => String(host.stack.outputs("web")["serviceId"]);
  const inspect = async () => (await swarmApi("GET", `/services/${idIn()}`)).body as Record<string, never>;
  const spec = async () => (await inspect())["Spec"] as unknown as Record<string, never>;
  const tasks = async () => {
    const filters = encodeURIComponent(JSON.stringify({ service: [idIn()], "desired-state": ["running"] }));
    return (await swarmApi("GET", `/tasks?filters=${filters}`)).body as unknown as { ID: string }[];
  };
  const asked = async (work: () => Promise<unknown>) => {
    const since = host.server.requests().length;
    await work();
    return host.server
      .requests()
      .slice(since)
      .filter(({ path }) => /\/(services|tasks|secrets|configs|networks)/.test(path))
      .map(
        ({ method, path }) =>
          `${method} ${path
            .replace(/.*\/docker\/v[\d.]+/, "")
            .replace(/[0-9a-z]{25}/, "ID")
            .replace(/\?.*/, "")}`,
      );
  };

  test("runs as the program says, is the same later and after a refresh, and is destroyed twice", async () => {
    const { stack } = host;
    expect(await stack.up("Service", "web", args({ replicas: 2 }))).toBe("create");
    expect(await tasks()).toHaveLength(2);
    await host.heard("web", /2 of 2 tasks run/);
    const before = host.server.requests().length;
    expect(await stack.up("Service", "web", args({ replicas: 2 }))).toBe("same");
    expect(host.server.requests()).toHaveLength(before);
    expect(await stack.refresh("web")).toBe(true);
    expect(await stack.up("Service", "web", args({ replicas: 2 }))).toBe("same");
    const entry = stack.entry("web");
    await stack.destroy("web");
    expect(await swarmObjects("services", host.prefix)).toEqual([]);
    stack.remember("web", entry);
    await stack.destroy("web");
  });

  test("takes three requests to make without waiting, one to read, two to change, one to delete", async () => {
    const { stack } = host;
    expect(await asked(() => stack.up("Service", "web", idle()))).toEqual([
      "GET /services",
      "POST /services/create",
      "GET /services/ID",
    ]);
    expect(await asked(() => stack.refresh("web"))).toEqual(["GET /services/ID"]);
    expect(await asked(() => stack.up("Service", "web", idle({ env: { A: "1" } })))).toEqual([
      "GET /services/ID",
      "POST /services/ID/update",
    ]);
    expect(await asked(() => stack.destroy("web"))).toEqual(["DELETE /services/ID"]);
  });

  test("is scaled in place, and its other tasks run on", async () => {
    const { stack } = host;
    await stack.up("Service", "web", args());
    const [first] = await tasks();
    expect(await stack.up("Service", "web", args({ replicas: 3 }))).toBe("update");
    expect((await tasks()).map(({ ID }) => ID)).toContain(first?.ID);
    expect(await tasks()).toHaveLength(3);
  });

  test("gets other labels, and is refreshed, without a restart", async () => {
    const { stack } = host;
    await stack.up("Service", "web", args());
    const before = await tasks();
    expect(await stack.up("Service", "web", args({ labels: { tier: "web" } }))).toBe("update");
    await stack.refresh("web");
    expect(await stack.up("Service", "web", args({ labels: { tier: "web" } }))).toBe("same");
    expect((await tasks()).map(({ ID }) => ID)).toEqual(before.map(({ ID }) => ID));
    expect((await spec())["Labels"]).toMatchObject({ tier: "web" });
  });

  test("is rolled out by the swarm where its tasks change", async () => {
    const { stack } = host;
    await stack.up("Service", "web", args());
    const before = await tasks();
    const id = idIn();
    expect(await stack.up("Service", "web", args({ image: OTHER_IMAGE }))).toBe("update");
    expect(idIn()).toBe(id);
    expect((await tasks()).map(({ ID }) => ID)).not.toEqual(before.map(({ ID }) => ID));
    expect(await inspect()).toMatchObject({ UpdateStatus: { State: "completed" } });
  });

  test("that cannot start fails with the task's own message, and is finished by the next up", async () => {
    const { stack } = host;
    const broken = args({ command: ["no-such-program"], restartPolicy: { condition: "none" } });
    await expect(stack.up("Service", "web", broken)).rejects.toThrow(
      /the tasks of the service .* fail: .*no-such-program/s,
    );
    expect(stack.entry("web").initErrors).toHaveLength(1);
    expect(await stack.up("Service", "web", args({ restartPolicy: { condition: "none" } }))).toBe("update");
    expect(stack.entry("web").initErrors).toBeUndefined();
  });

  test("whose roll-out is stopped fails, and the state says what the swarm has", async () => {
    const { stack } = host;
    await stack.up("Service", "web", args());
    const broken = args({ command: ["no-such-program"] });
    await expect(stack.up("Service", "web", broken)).rejects.toThrow(
      /the roll-out .* failed: .*no-such-program.* half-way/s,
    );
    expect(stack.outputs("web")["command"]).toEqual(["no-such-program"]);
    await stack.refresh("web");
    expect(await stack.up("Service", "web", args())).toBe("update");
    expect(await stack.up("Service", "web", args())).toBe("same");
  });

  test("whose roll-out is undone fails, and the state stays what it was", async () => {
    const { stack } = host;
    const safe = {
      updateConfig: { monitor: "1s", failureAction: "rollback" },
      rollbackConfig: { monitor: "1s" },
    };
    await stack.up("Service", "web", args(safe));
    const broken = args({ ...safe, command: ["no-such-program"] });
    await expect(stack.up("Service", "web", broken)).rejects.toThrow(/failed: .*no-such-program.* undone/s);
    expect(stack.outputs("web")["command"]).toEqual(["sleep", "1000"]);
    await stack.refresh("web");
    expect(await stack.up("Service", "web", args(safe))).toBe("same");
  });

  test("says why no task can run, when the time is over", async () => {
    const nowhere = args({ placement: { constraints: ["node.labels.zone == moon"] } });
    const options = { customTimeouts: { create: "3s" } };
    await expect(host.stack.up("Service", "web", nowhere, options)).rejects.toThrow(
      /gave up after 3s.*no suitable node/s,
    );
    expect(host.stack.has("web")).toBe(true);
  });

  test("runs on every node, and as a job until it has ended", async () => {
    const { stack } = host;
    await stack.up("Service", "web", args({ mode: "global" }));
    expect(await tasks()).toHaveLength(1);
    const job = { mode: "replicatedJob", totalCompletions: 2, command: ["true"], updateConfig: undefined };
    expect(await stack.up("Service", "web", args(job))).toBe("replace");
    await host.heard("web", /2 of 2 tasks have ended/);
    await stack.refresh("web");
    expect(await stack.up("Service", "web", args(job))).toBe("same");
  });

  test("moves over to the new secret before the old one is deleted", async () => {
    const { stack } = host;
    const secret = (data: string) => ({ endpointId: 1, name: `${host.prefix}db`, data });
    const web = () => args({ secrets: [{ secret: stack.entry("db").id, target: "password", mode: 0o400 }] });
    await stack.up("Secret", "db", secret("one"));
    await stack.up("Service", "web", web());
    const old = stack.entry("db");
    stack.forget();
    await stack.up("Secret", "db", secret("two"));
    stack.remember("old", old);
    await expect(stack.destroy("old")).rejects.toThrow("in use by the services");
  });

  /** What the program says, and what the engine must show. */
  const ROWS: readonly (readonly [argument: string, value: unknown, shown: object, other?: unknown])[] = [
    ["env", { A: "1", B: "x=y" }, { TaskTemplate: { ContainerSpec: { Env: ["A=1", "B=x=y"] } } }, { A: "2" }],
    ["entrypoint", ["sh", "-c"], { TaskTemplate: { ContainerSpec: { Command: ["sh", "-c"] } } }, ["sh"]],
    ["containerLabels", { a: "1" }, { TaskTemplate: { ContainerSpec: { Labels: { a: "1" } } } }, { b: "1" }],
    [
      "hostname",
      "{{.Task.Slot}}",
      { TaskTemplate: { ContainerSpec: { Hostname: "{{.Task.Slot}}" } } },
      "web",
    ],
    ["user", "1000:1000", { TaskTemplate: { ContainerSpec: { User: "1000:1000" } } }, "1001"],
    ["groupAdd", ["10", "audio"], { TaskTemplate: { ContainerSpec: { Groups: ["10", "audio"] } } }, ["10"]],
    ["tty", true, { TaskTemplate: { ContainerSpec: { TTY: true } } }, false],
    ["stdinOpen", true, { TaskTemplate: { ContainerSpec: { OpenStdin: true } } }, false],
    [
      "sysctls",
      { "net.core.somaxconn": "512" },
      { TaskTemplate: { ContainerSpec: { Sysctls: { "net.core.somaxconn": "512" } } } },
      { "net.core.somaxconn": "256" },
    ],
    [
      "ulimits",
      { nproc: { soft: 512, hard: 1024 }, nofile: 2048 },
      {
        TaskTemplate: {
          ContainerSpec: {
            Ulimits: [
              { Name: "nofile", Soft: 2048, Hard: 2048 },
              { Name: "nproc", Soft: 512, Hard: 1024 },
            ],
          },
        },
      },
      { nofile: 4096 },
    ],
    [
      "dns",
      ["10.0.0.53"],
      { TaskTemplate: { ContainerSpec: { DNSConfig: { Nameservers: ["10.0.0.53"] } } } },
      ["10.0.0.54"],
    ],
    [
      "dnsSearch",
      ["shop.test"],
      { TaskTemplate: { ContainerSpec: { DNSConfig: { Search: ["shop.test"] } } } },
      ["other.test"],
    ],
    [
      "dnsOptions",
      ["ndots:2"],
      { TaskTemplate: { ContainerSpec: { DNSConfig: { Options: ["ndots:2"] } } } },
      ["ndots:1"],
    ],
    [
      "extraHosts",
      { db: "10.0.0.5", cache: "10.0.0.5" },
      { TaskTemplate: { ContainerSpec: { Hosts: ["10.0.0.5 cache", "10.0.0.5 db"] } } },
      { db: "10.0.0.6" },
    ],
    ["workingDir", "/www", { TaskTemplate: { ContainerSpec: { Dir: "/www" } } }, "/"],
    ["readOnly", true, { TaskTemplate: { ContainerSpec: { ReadOnly: true } } }, false],
    ["init", true, { TaskTemplate: { ContainerSpec: { Init: true } } }, false],
    [
      "capAdd",
      ["NET_ADMIN"],
      { TaskTemplate: { ContainerSpec: { CapabilityAdd: ["CAP_NET_ADMIN"] } } },
      ["SYS_TIME"],
    ],
    ["capDrop", ["all"], { TaskTemplate: { ContainerSpec: { CapabilityDrop: ["ALL"] } } }, ["CHOWN"]],
    [
      "mounts",
      [
        { type: "tmpfs", target: "/tmp", tmpfs: { size: "64m" } },
        { source: "1/data", target: "/data", readOnly: true },
      ],
      {
        TaskTemplate: {
          ContainerSpec: {
            Mounts: [
              { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 67108864 } },
              { Type: "volume", Source: "data", Target: "/data", ReadOnly: true },
            ],
          },
        },
      },
      [{ type: "bind", source: "/tmp", target: "/data" }],
    ],
    [
      "ports",
      [{ containerPort: 80 }, { containerPort: 53, hostPort: 5353, protocol: "udp", mode: "host" }],
      {
        EndpointSpec: {
          Ports: [
            { TargetPort: 80, Protocol: "tcp", PublishMode: "ingress" },
            { TargetPort: 53, PublishedPort: 5353, Protocol: "udp", PublishMode: "host" },
          ],
        },
      },
      [{ containerPort: 81 }],
    ],
    ["endpointMode", "dnsrr", { EndpointSpec: { Mode: "dnsrr" } }, "vip"],
    [
      "healthcheck",
      { test: "true", interval: "10s" },
      { TaskTemplate: { ContainerSpec: { Healthcheck: { Test: ["CMD-SHELL", "true"], Interval: 10e9 } } } },
      { disable: true },
    ],
    [
      "limits",
      { cpus: 0.5, memory: "64m" },
      { TaskTemplate: { Resources: { Limits: { NanoCPUs: 5e8, MemoryBytes: 67108864 } } } },
      { cpus: 1 },
    ],
    [
      "reservations",
      { memory: "16m", generic: { gpu: 2 } },
      {
        TaskTemplate: {
          Resources: {
            Reservations: {
              MemoryBytes: 16777216,
              GenericResources: [{ DiscreteResourceSpec: { Kind: "gpu", Value: 2 } }],
            },
          },
        },
      },
      { cpus: 0.1 },
    ],
    [
      "placement",
      { constraints: ["node.role == manager"], spread: ["node.labels.zone"], maxReplicas: 2 },
      {
        TaskTemplate: {
          Placement: {
            Constraints: ["node.role == manager"],
            Preferences: [{ Spread: { SpreadDescriptor: "node.labels.zone" } }],
            MaxReplicas: 2,
          },
        },
      },
      { maxReplicas: 3 },
    ],
    [
      "restartPolicy",
      { condition: "on-failure", delay: "2s", maxAttempts: 4, window: "1m" },
      {
        TaskTemplate: {
          RestartPolicy: { Condition: "on-failure", Delay: 2e9, MaxAttempts: 4, Window: 60e9 },
        },
      },
      { condition: "any" },
    ],
    [
      "updateConfig",
      { order: "start-first" },
      { UpdateConfig: { Parallelism: 1, Order: "start-first" } },
      { order: "stop-first", parallelism: 0 },
    ],
    [
      "updateConfig",
      {
        parallelism: 2,
        delay: "1s",
        failureAction: "rollback",
        monitor: "2s",
        maxFailureRatio: 0.5,
        order: "start-first",
      },
      {
        UpdateConfig: {
          Parallelism: 2,
          Delay: 1e9,
          FailureAction: "rollback",
          Monitor: 2e9,
          MaxFailureRatio: 0.5,
          Order: "start-first",
        },
      },
      { parallelism: 0 },
    ],
    [
      "rollbackConfig",
      { parallelism: 3, failureAction: "continue" },
      { RollbackConfig: { Parallelism: 3, FailureAction: "continue" } },
      { order: "start-first" },
    ],
    [
      "logging",
      { driver: "json-file", options: { "max-size": "1m" } },
      { TaskTemplate: { LogDriver: { Name: "json-file", Options: { "max-size": "1m" } } } },
      { driver: "none" },
    ],
    ["stopSignal", "SIGQUIT", { TaskTemplate: { ContainerSpec: { StopSignal: "SIGQUIT" } } }, "SIGINT"],
    ["stopGracePeriod", "3s", { TaskTemplate: { ContainerSpec: { StopGracePeriod: 3e9 } } }, 4],
    ["forceUpdate", 1, { TaskTemplate: { ForceUpdate: 1 } }, 2],
    ["command", ["sleep", "1"], { TaskTemplate: { ContainerSpec: { Args: ["sleep", "1"] } } }, []],
    ["labels", { a: "1" }, { Labels: { a: "1" } }, { b: "2" }],
  ];

  describe.each(ROWS)("with %s", (argument, value, shown, other) => {
    test("is as the program says, there, in no diff, after drift, and without it", async () => {
      const { stack } = host;
      const base = idle({ stopSignal: undefined, updateConfig: undefined });
      const program = { ...base, [argument]: value };
      await stack.up("Service", "web", program);
      expect(has(await spec(), shown)).toBe(true);
      await stack.refresh("web");
      expect(await stack.up("Service", "web", program)).toBe("same");
      expect(await stack.up("Service", "web", { ...base, [argument]: other })).toBe("update");
      expect(has(await spec(), shown)).toBe(false);
      await stack.refresh("web");
      expect(await stack.up("Service", "web", { ...base, [argument]: other })).toBe("same");
      expect(await stack.up("Service", "web", program)).toBe("update");
      expect(has(await spec(), shown)).toBe(true);
      expect(await stack.up("Service", "web", { ...base, [argument]: undefined })).toBe("update");
      await stack.refresh("web");
      expect(await stack.up("Service", "web", { ...base, [argument]: undefined })).toBe("same");
      expect(has(await spec(), shown)).toBe(false);
    });
  });

  test("uses configs and overlay networks by name, and shows them so", async () => {
    const { stack } = host;
    const network = `${host.prefix}net`;
    await swarmApi("POST", "/networks/create", { Name: network, Driver: "overlay" });
    await stack.up("Config", "page", { endpointId: 1, name: `${host.prefix}page`, data: "<h1>Hello</h1>" });
    const config = String(stack.outputs("page")["configName"]);
    const program = idle({
      configs: [config],
      networks: [{ network: `1/${network}`, aliases: ["shop"], driverOpts: { a: "b" } }],
    });
    await stack.up("Service", "web", program);
    await stack.refresh("web");
    expect(await stack.up("Service", "web", program)).toBe("same");
    const found = await stack.get("Service", "seen", `1/${host.prefix}web`);
    expect(found).toMatchObject({
      name: `${host.prefix}web`,
      image: IMAGE,
      configs: [{ config, target: config }],
      networks: [{ network, aliases: ["shop"], driverOpts: { a: "b" } }],
    });
    expect(await stack.up("Service", "web", idle({ configs: [], networks: ["host"] }))).toBe("update");
    await stack.refresh("web");
    expect(await stack.up("Service", "web", idle({ configs: [], networks: ["host"] }))).toBe("same");
    expect(await stack.up("Service", "web", idle({ configs: [], networks: [] }))).toBe("update");
    await expect(stack.up("Service", "web", idle({ configs: ["none"] }))).rejects.toThrow(
      'has no config "none"',
    );
  });

  test("keeps what the program does not set, and puts right what it does", async () => {
    const { stack } = host;
    await stack.up("Service", "web", idle({ replicas: undefined, labels: { a: "1" } }));
    const { Spec, Version } = (await inspect()) as unknown as {
      Spec: Record<string, never>;
      Version: { Index: number };
    };
    await swarmApi("POST", `/services/${idIn()}/update?version=${Version.Index}`, {
      ...Spec,
      Labels: { ...(Spec["Labels"] as object | undefined), a: "2" },
      Mode: { Replicated: { Replicas: 0 } },
      UpdateConfig: { Parallelism: 7 },
    });
    await stack.refresh("web");
    expect(await stack.up("Service", "web", idle({ replicas: undefined, labels: { a: "1" } }))).toBe(
      "update",
    );
    expect(await spec()).toMatchObject({
      Labels: { a: "1" },
      Mode: { Replicated: { Replicas: 0 } },
      UpdateConfig: { Parallelism: 7 },
    });
  });

  test("is not taken over unasked, is found again after a crash, and is made anew when it is gone", async () => {
    const { stack } = host;
    const program = idle({ updateConfig: undefined });
    await stack.up("Service", "web", program);
    const id = idIn();
    stack.forget();
    expect(await stack.up("Service", "web", program)).toBe("create");
    expect(idIn()).toBe(id);
    await swarmApi("DELETE", `/services/${id}`);
    expect(await stack.refresh("web")).toBe(false);
    await swarmApi("POST", "/services/create", {
      Name: `${host.prefix}web`,
      TaskTemplate: {
        ContainerSpec: {
          Image: `${IMAGE}@sha256:${"a".repeat(64)}`,
          Args: ["sleep", "1000"],
          StopSignal: "SIGKILL",
        },
      },
      Mode: { Replicated: { Replicas: 0 } },
    });
    await expect(stack.up("Service", "web", program)).rejects.toThrow(
      /already on environment 1.*not made by Pulumi/s,
    );
    await expect(stack.up("Service", "web", idle({ adopt: "matching", user: "1" }))).rejects.toThrow(
      /user, updateConfig differ\. Change/,
    );
    expect(await stack.up("Service", "web", { ...program, adopt: "matching" })).toBe("create");
  });

  test("has the access that the program gives it, changed in place", async () => {
    const { stack } = host;
    await stack.up("Service", "web", idle({ access: "public" }));
    await stack.refresh("web");
    expect(await stack.up("Service", "web", idle({ access: "public" }))).toBe("same");
    expect(await stack.up("Service", "web", idle({ access: "administrators" }))).toBe("update");
    await stack.refresh("web");
    expect(await stack.up("Service", "web", idle({ access: "administrators" }))).toBe("same");
  });

  test("is looked up by getService, by name or id, in one request", async () => {
    const { stack, server } = host;
    await stack.up("Service", "web", idle({ labels: { tier: "web" } }));
    const provider = { "portainer:url": server.url, "portainer:apiKey": server.apiKey ?? "" };
    pulumi.runtime.setAllConfig(provider);
    const answer = {
      serviceId: idIn(),
      name: `${host.prefix}web`,
      image: IMAGE,
      mode: "replicated",
      replicas: 0,
      publishedPorts: [],
      labels: { tier: "web" },
    };
    for (const name of [idIn(), `${host.prefix}web`]) {
      const calls = await asked(async () => {
        expect(await portainer.getService({ endpointId: 1, name })).toMatchObject(answer);
      });
      expect(calls).toHaveLength(1);
    }
    await expect(portainer.getService({ endpointId: 1, name: "none" })).rejects.toThrow(
      /there is no service "none"/,
    );
  });

  test("shows the ports that the swarm has picked", async () => {
    const { stack } = host;
    await stack.up("Service", "web", idle({ ports: [{ containerPort: 80 }] }));
    const ports = () => stack.outputs("web")["publishedPorts"] as readonly object[];
    while (ports().length === 0) await stack.refresh("web");
    expect(ports()).toEqual([{ containerPort: 80, hostPort: expect.any(Number), protocol: "tcp" }]);
  });

  test.each<[message: string, wrong: object]>([
    ["is for the mode", { mode: "global", replicas: 1 }],
    ["a job has none", { mode: "globalJob", updateConfig: {} }],
    ["is not the name of a service", { name: "web-" }],
    ["absolute path of the host", { mounts: [{ type: "bind", source: "data", target: "/data" }] }],
    ["command", { args: ["sleep"] }],
    ["limits", { memory: "64m" }],
  ])("that no swarm takes is refused in the preview: %s", async (message, wrong) => {
    await expect(
      host.stack.preview("Service", "web", { endpointId: 1, name: "web", image: IMAGE, ...wrong }),
    ).rejects.toThrow(message);
  });
});
