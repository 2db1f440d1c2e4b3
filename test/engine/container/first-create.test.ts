import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type ContainerHost, startContainerHost } from "../../support/container-host";
import { inspect, namesLike, sweep } from "../../support/engine-api";
import type { Properties } from "../../support/grpc";
import { engineOrSkip } from "../../support/needs";

/** A create that fails after the container is there, and the change of the program that cures it. */
interface Cause {
  readonly when: string;
  readonly broken: () => Properties;
  readonly mended: () => Properties;
  readonly message: RegExp;
  /** The container never ran, so that nothing is lost with it. */
  readonly neverRan?: true;
}

let host: ContainerHost;
let network: string;
let port: Properties;

const sleeps = { command: ["sleep", "1000"] };
const readsConfig = { command: ["sh", "-c", "grep good /conf && exec sleep 1000; exit 9"] };

const causes: readonly Cause[] = [
  {
    when: "its command is not found",
    broken: () => ({ command: ["no-such-program"] }),
    mended: () => sleeps,
    message: /no-such-program/,
    neverRan: true,
  },
  {
    when: "its port is in use",
    broken: () => ({ ports: [port] }),
    mended: () => ({ ports: [{ containerPort: 80, hostIp: "127.0.0.1" }] }),
    message: /allocated|in use/,
    neverRan: true,
  },
  {
    when: "its device is not there",
    broken: () => ({ devices: ["/dev/no-such-device"] }),
    mended: () => ({}),
    message: /no-such-device/,
    neverRan: true,
  },
  {
    when: "its only network is not there",
    broken: () => ({ networks: [`${host.prefix}no-such-network`] }),
    mended: () => ({ networks: [network] }),
    message: /no-such-network/,
    neverRan: true,
  },
  {
    when: "its second network is not there",
    broken: () => ({ networks: [network, `${host.prefix}no-such-network`] }),
    mended: () => ({ networks: [network] }),
    message: /no-such-network/,
    neverRan: true,
  },
  {
    when: "its address is not in the network's subnet",
    broken: () => ({ networks: [{ network, ipv4Address: "192.0.2.7" }] }),
    mended: () => ({ networks: [{ network, ipv4Address: "10.213.7.7" }] }),
    message: /192\.0\.2\.7|subnet|address/i,
    neverRan: true,
  },
  {
    when: "its files cannot be put where they should be",
    broken: () => ({ files: { "/etc/passwd/conf": "good" } }),
    mended: () => ({ files: { "/etc/conf": "good" } }),
    message: /archive/,
    neverRan: true,
  },
  {
    when: "its files cannot be put, and it is not to be started",
    broken: () => ({ desiredState: "created", files: { "/etc/passwd/conf": "good" } }),
    mended: () => ({ desiredState: "created", files: { "/etc/conf": "good" } }),
    message: /archive/,
    neverRan: true,
  },
  {
    when: "its access names a user that is not there",
    broken: () => ({ access: { users: ["nobody"] } }),
    mended: () => ({ access: "administrators" }),
    message: /no user "nobody"/,
    neverRan: true,
  },
  {
    when: "it ends at once",
    broken: () => ({ command: ["sh", "-c", "echo goodbye; exit 9"] }),
    mended: () => sleeps,
    message: /exit code 9[\s\S]*goodbye/,
  },
  {
    when: "it ends at once, again and again",
    broken: () => ({ command: ["sh", "-c", "exit 9"], restart: "always" }),
    mended: () => ({ ...sleeps, restart: "always" }),
    message: /exit code 9/,
  },
  {
    when: "it ends at once because of a file",
    broken: () => ({ ...readsConfig, files: { "/conf": "bad" } }),
    mended: () => ({ ...readsConfig, files: { "/conf": "good" } }),
    message: /exit code 9/,
  },
  {
    when: "it ends at once because of a file, again and again",
    broken: () => ({ ...readsConfig, restart: "always", files: { "/conf": "bad" } }),
    mended: () => ({ ...readsConfig, restart: "always", files: { "/conf": "good" } }),
    message: /exit code 9/,
  },
  {
    when: "it is never healthy",
    broken: () => ({ waitFor: "healthy", healthcheck: { test: "exit 1", interval: "1s", retries: 1 } }),
    mended: () => ({ waitFor: "healthy", healthcheck: { test: "true", interval: "1s", retries: 1 } }),
    message: /unhealthy/,
  },
];

engineOrSkip()("a first create that fails half-way", () => {
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

  const up = (args: Properties) => host.stack.up("Container", "web", { ...host.base, ...args });
  const preview = (args: Properties) => host.stack.preview("Container", "web", { ...host.base, ...args });

  /** Fails as the table says; the container is there, once, and state names it, or the engine has refused to create it. */
  async function fail({ broken, message }: Cause): Promise<void> {
    network = await host.network("good", "10.213.7.0/24");
    const free = { containerPort: 80, hostIp: "127.0.0.1" };
    await host.stack.up("Container", "blocker", {
      ...host.base,
      name: `${host.prefix}blocker`,
      ports: [free],
    });
    const { assignedPorts } = host.stack.outputs("blocker") as { assignedPorts: Record<string, number> };
    port = { ...free, hostPort: assignedPorts["80/tcp"] };
    await expect(up(broken())).rejects.toThrow(message);
    await expectOneAtMost();
  }

  /** Engines from 28 on look at an address when a container is created, and those before when it starts. */
  async function expectOneAtMost(): Promise<void> {
    if (host.stack.has("web")) await expectOne();
    else expect(await namesLike(host.base.name)).toEqual([]);
  }

  async function expectOne(): Promise<void> {
    expect(await namesLike(host.base.name)).toEqual([host.base.name]);
    expect((await inspect(host.base.name))?.Id).toBe(host.stack.outputs("web")["containerId"]);
  }

  async function expectMended(args: Properties): Promise<void> {
    await expectOne();
    const isToRun = args["desiredState"] !== "created";
    expect(await inspect(host.base.name)).toMatchObject({
      State: { Running: isToRun, Restarting: false },
    });
    if ("files" in args && !isToRun) await up({ ...args, desiredState: "running" });
    expect(await preview(args)).toBe(isToRun ? "same" : "update");
    await host.stack.refresh("web");
    expect(await preview(args)).toBe(isToRun ? "same" : "update");
  }

  describe.each(causes)("when $when", (cause) => {
    test("fails again with the same program, with the same words and nothing left over", async () => {
      await fail(cause);
      await expect(up(cause.broken())).rejects.toThrow(cause.message);
      await expectOneAtMost();
    }, 60_000);

    test("is put right by the next up with the program mended", async () => {
      await fail(cause);
      const step = host.stack.has("web") ? "update" : "create";
      expect(await up(cause.mended())).toBe(step);
      await expectMended(cause.mended());
    }, 60_000);

    test("is put right with the program mended after a refresh", async () => {
      await fail(cause);
      if (host.stack.has("web")) {
        await host.stack.refresh("web");
        expect(await preview(cause.mended())).toBe("update");
      }
      await up(cause.mended());
      await expectMended(cause.mended());
    }, 60_000);

    if (!cause.neverRan) return;
    test("is put right although no container may be recreated: this one never ran", async () => {
      const never = { replacement: "never" };
      await fail({ ...cause, broken: () => ({ ...cause.broken(), ...never }) });
      await up({ ...cause.mended(), ...never });
      await expectMended({ ...cause.mended(), ...never });
    }, 60_000);
  });
});
