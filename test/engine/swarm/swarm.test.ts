import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { type Host, startHost } from "../../support/host";
import { ownEngineOrSkip } from "../../support/needs";
import { type SwarmEngine, startSwarmEngine } from "../../support/swarm-engine";

ownEngineOrSkip()("a swarm", () => {
  let own: SwarmEngine;
  let host: Host;
  let api: SwarmEngine["api"];
  let args: (more?: object) => Record<string, unknown>;

  beforeAll(async () => {
    own = await startSwarmEngine();
    api = own.api;
    host = await startHost({ engine: { url: own.url } });
    const { listenAddress } = own;
    args = (more = {}) => ({
      endpointId: 1,
      advertiseAddress: "127.0.0.1",
      listenAddress,
      taskHistoryLimit: 3,
      ...more,
    });
  });

  afterEach(async () => {
    host.stack.forget();
    await api("POST", "/swarm/leave?force=true");
  });

  afterAll(async () => {
    await host[Symbol.asyncDispose]();
    await own[Symbol.asyncDispose]();
  });

  const swarm = async () =>
    (await api("GET", "/swarm")).body as unknown as {
      ID: string;
      Version: { Index: number };
      Spec: object;
      JoinTokens: { Worker: string };
    };

  test("is made as the program says, is the same later, is changed in place, and is left when it is destroyed with force", async () => {
    const { stack, server } = host;
    expect(await stack.up("Swarm", "it", args())).toBe("create");
    const { ID, Spec, JoinTokens } = await swarm();
    expect(Spec).toMatchObject({ Orchestration: { TaskHistoryRetentionLimit: 3 } });
    expect(stack.outputs("it")).toMatchObject({ swarmId: ID, workerToken: JoinTokens.Worker, unlockKey: "" });
    expect(JSON.stringify(stack.entry("it").outputs["workerToken"])).toContain(
      "4dabf18193072939515e22adb298388d",
    );
    const asked = server.requests().length;
    expect(await stack.up("Swarm", "it", args())).toBe("same");
    expect(server.requests()).toHaveLength(asked);
    const more = {
      heartbeatPeriod: "7s",
      certificateExpiry: "720h",
      snapshotInterval: 5000,
      autoLock: true,
      labels: { a: "1" },
      force: true,
    };
    expect(await stack.up("Swarm", "it", args(more))).toBe("update");
    expect((await swarm()).Spec).toMatchObject({
      Labels: { a: "1" },
      Dispatcher: { HeartbeatPeriod: 7e9 },
      CAConfig: { NodeCertExpiry: 2592e12 },
      Raft: { SnapshotInterval: 5000 },
      EncryptionConfig: { AutoLockManagers: true },
    });
    expect(stack.outputs("it")["unlockKey"]).toMatch(/^SWMKEY-/);
    expect(await stack.refresh("it")).toBe(true);
    expect(await stack.up("Swarm", "it", args(more))).toBe("same");
    const entry = stack.entry("it");
    await stack.destroy("it");
    expect((await api("GET", "/swarm")).status).toBe(503);
    stack.remember("it", entry);
    await stack.destroy("it");
    stack.remember("it", entry);
    expect(await stack.refresh("it")).toBe(false);
  });

  test("has tokens and a key that are rotated by another trigger, and only by that", async () => {
    const { stack } = host;
    await stack.up("Swarm", "it", args({ autoLock: true, rotateJoinTokens: 1, rotateUnlockKey: 1 }));
    const { workerToken, managerToken, unlockKey } = stack.outputs("it");
    await stack.up("Swarm", "it", args({ autoLock: true, rotateJoinTokens: 2, rotateUnlockKey: 1 }));
    const now = stack.outputs("it");
    expect([now["workerToken"], now["managerToken"]]).not.toEqual([workerToken, managerToken]);
    expect(now["unlockKey"]).toBe(unlockKey);
    await stack.up("Swarm", "it", args({ autoLock: true, rotateJoinTokens: 2, rotateUnlockKey: 2 }));
    expect(stack.outputs("it")["unlockKey"]).not.toBe(unlockKey);
    expect(stack.outputs("it")["workerToken"]).toBe(now["workerToken"]);
  });

  test("is adopted only when the program says so, and only forgotten without force", async () => {
    const { stack } = host;
    await api("POST", "/swarm/init", {
      ListenAddr: String(args()["listenAddress"]),
      AdvertiseAddr: "127.0.0.1",
    });
    const { ID } = await swarm();
    await expect(stack.up("Swarm", "it", args())).rejects.toThrow(
      /manages the swarm .* already.*adopt: "matching"/s,
    );
    await expect(stack.up("Swarm", "it", args({ adopt: "matching" }))).rejects.toThrow(
      /not as the program says: taskHistoryLimit\. Set/,
    );
    expect(await stack.up("Swarm", "it", args({ adopt: "replace" }))).toBe("create");
    expect((await swarm()).Spec).toMatchObject({ Orchestration: { TaskHistoryRetentionLimit: 3 } });
    expect(await stack.get("Swarm", "seen", "1/swarm")).toMatchObject({ swarmId: ID, taskHistoryLimit: 3 });
    await stack.destroy("it");
    await host.heard("it", /stays, and is forgotten/);
    expect((await swarm()).ID).toBe(ID);
    await stack.up("Swarm", "it", args({ adopt: "matching" }));
    await expect(stack.up("Swarm", "again", args({ adopt: "matching" }))).rejects.toThrow(
      /is "it" in this stack already/,
    );
  });

  test("shows what somebody else has changed, puts it right, and keeps the rest", async () => {
    const { stack } = host;
    await stack.up("Swarm", "it", args());
    const { Spec, Version } = await swarm();
    const changed = {
      ...Spec,
      Orchestration: { TaskHistoryRetentionLimit: 9 },
      Dispatcher: { HeartbeatPeriod: 8e9 },
    };
    await api("POST", `/swarm/update?version=${Version.Index}`, changed);
    await stack.refresh("it");
    expect(await stack.up("Swarm", "it", args())).toBe("update");
    expect((await swarm()).Spec).toMatchObject({
      Orchestration: { TaskHistoryRetentionLimit: 3 },
      Dispatcher: { HeartbeatPeriod: 8e9 },
    });
  });

  test("gets no other address in the preview", async () => {
    const { stack } = host;
    await stack.up("Swarm", "it", args());
    await expect(stack.preview("Swarm", "it", args({ advertiseAddress: "127.0.0.2" }))).rejects.toThrow(
      /`advertiseAddress` can be given to a new swarm only/,
    );
  });

  test("is needed by its secrets", async () => {
    const secret = { endpointId: 1, name: "db", data: "value" };
    await expect(host.stack.up("Secret", "db", secret)).rejects.toThrow(
      /no manager of a swarm.*docker swarm init/s,
    );
  });
});
