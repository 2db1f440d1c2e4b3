import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { onEngine, type Space } from "../../support/container-host";
import { inspect, namesLike } from "../../support/engine-api";
import type { Properties } from "../../support/grpc";

/** What a program can name beside its container. */
interface Around {
  /** A network with a subnet, and an address in it. */
  readonly network: string;
  readonly address: string;
  /** A network that is not there. */
  readonly noNetwork: string;
  /** A port that another container has published. */
  readonly takenPort: Properties;
}

/** A create that fails after the container is there, and the change of the program that cures it. */
interface Cause {
  readonly when: string;
  readonly broken: (around: Around) => Properties;
  readonly mended: (around: Around) => Properties;
  readonly message: RegExp;
  /** The container never ran, so that nothing is lost with it. */
  readonly neverRan?: true;
}

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
    broken: ({ takenPort }) => ({ ports: [takenPort] }),
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
    broken: ({ noNetwork }) => ({ networks: [noNetwork] }),
    mended: ({ network }) => ({ networks: [network] }),
    message: /no-such-network/,
    neverRan: true,
  },
  {
    when: "its second network is not there",
    broken: ({ network, noNetwork }) => ({ networks: [network, noNetwork] }),
    mended: ({ network }) => ({ networks: [network] }),
    message: /no-such-network/,
    neverRan: true,
  },
  {
    when: "its address is not in the network's subnet",
    broken: ({ network }) => ({ networks: [{ network, ipv4Address: "192.0.2.7" }] }),
    mended: ({ network, address }) => ({ networks: [{ network, ipv4Address: address }] }),
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

onEngine("a first create that fails half-way", (host) => {
  let shared: Space;
  let takenPort: Properties;
  beforeAll(async () => {
    shared = host.space();
    const free = { containerPort: 80, hostIp: "127.0.0.1" };
    await shared.stack.up("Container", "blocker", { ...shared.base, ports: [free] });
    const { assignedPorts } = shared.stack.outputs("blocker") as { assignedPorts: Record<string, number> };
    takenPort = { ...free, hostPort: assignedPorts["80/tcp"] };
  });
  afterAll(async () => {
    await shared[Symbol.asyncDispose]();
  });

  const up = ({ stack, base }: Space, args: Properties) => stack.up("Container", "web", { ...base, ...args });
  const preview = ({ stack, base }: Space, args: Properties) =>
    stack.preview("Container", "web", { ...base, ...args });

  /**
   * Fails as the table says; the container is there, once, and state names it, or the engine has refused to create it.
   *
   * @param more arguments of both programs
   * @returns the programs, broken and mended
   */
  async function fail(space: Space, cause: Cause, more: Properties = {}) {
    const network = await space.network("good", `${space.subnet}.0/24`);
    const around = {
      network,
      address: `${space.subnet}.7`,
      noNetwork: `${space.prefix}no-such-network`,
      takenPort,
    };
    const broken = { ...cause.broken(around), ...more };
    await expect(up(space, broken)).rejects.toThrow(cause.message);
    await expectOneAtMost(space);
    return { broken, mended: { ...cause.mended(around), ...more } };
  }

  /** Engines from 28 on look at an address when a container is created, and those before when it starts. */
  async function expectOneAtMost(space: Space): Promise<void> {
    if (space.stack.has("web")) await expectOne(space);
    else expect(await namesLike(space.base.name)).toEqual([]);
  }

  async function expectOne({ stack, base }: Space): Promise<void> {
    expect(await namesLike(base.name)).toEqual([base.name]);
    expect((await inspect(base.name))?.Id).toBe(stack.outputs("web")["containerId"]);
  }

  async function expectMended(space: Space, args: Properties): Promise<void> {
    await expectOne(space);
    const isToRun = args["desiredState"] !== "created";
    expect(await inspect(space.base.name)).toMatchObject({
      State: { Running: isToRun, Restarting: false },
    });
    if ("files" in args && !isToRun) await up(space, { ...args, desiredState: "running" });
    expect(await preview(space, args)).toBe(isToRun ? "same" : "update");
    await space.stack.refresh("web");
    expect(await preview(space, args)).toBe(isToRun ? "same" : "update");
  }

  describe.each(causes)("when $when", (cause) => {
    test.concurrent("fails again with the same program, with the same words and nothing left over", async () => {
      await using space = host.space();
      const { broken } = await fail(space, cause);
      await expect(up(space, broken)).rejects.toThrow(cause.message);
      await expectOneAtMost(space);
    }, 120_000);

    test.concurrent("is put right by the next up with the program mended", async () => {
      await using space = host.space();
      const { mended } = await fail(space, cause);
      const step = space.stack.has("web") ? "update" : "create";
      expect(await up(space, mended)).toBe(step);
      await expectMended(space, mended);
    }, 120_000);

    test.concurrent("is put right with the program mended after a refresh", async () => {
      await using space = host.space();
      const { mended } = await fail(space, cause);
      if (space.stack.has("web")) {
        await space.stack.refresh("web");
        expect(await preview(space, mended)).toBe("update");
      }
      await up(space, mended);
      await expectMended(space, mended);
    }, 120_000);

    if (!cause.neverRan) return;
    test.concurrent("is put right although no container may be recreated: this one never ran", async () => {
      await using space = host.space();
      const { mended } = await fail(space, cause, { replacement: "never" });
      await up(space, mended);
      await expectMended(space, mended);
    }, 120_000);
  });
});
