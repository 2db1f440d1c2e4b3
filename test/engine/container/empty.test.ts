import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { dynamicProvider } from "../../../provider/core/adapter";
import { difference } from "../../../provider/core/diff";
import { container } from "../../../provider/docker/container";
import { network } from "../../../provider/docker/network";
import { volume } from "../../../provider/docker/volume";
import { onEngine } from "../../support/container-host";
import { engineApi, inspect } from "../../support/engine-api";
import { testImage } from "../../support/needs";

const EMPTY: readonly unknown[] = ["", 0, false, [], {}, [""]];

type Args = Readonly<Record<string, unknown>>;

const kinds = { Container: container, Network: network, Volume: volume };

/** All arguments of a resource that may have this value, by themselves and together. */
async function allWith(type: keyof typeof kinds, base: Args, value: unknown): Promise<Args> {
  const { check } = dynamicProvider(kinds[type] as unknown as typeof container);
  const args: Record<string, unknown> = { ...base };
  for (const key of Object.keys(kinds[type].schema.shape).filter((one) => !(one in base))) {
    const { failures } = await check({}, { ...args, [key]: value });
    if (failures.length === 0) args[key] = value;
  }
  return args;
}

/** Values that are empty inside. */
const nested: readonly { readonly key: string; readonly values: readonly unknown[]; readonly with?: Args }[] =
  [
    { key: "command", values: [[], [""]], with: { entrypoint: ["sleep", "1000"] } },
    { key: "entrypoint", values: [[], [""]], with: { command: ["sleep", "1000"] } },
    {
      key: "healthcheck",
      values: [
        { interval: 0, timeout: "0s", startPeriod: 0, retries: 0, disable: false },
        { test: "true", interval: 0 },
      ],
    },
    { key: "logging", values: [{ options: {} }] },
    { key: "memorySwap", values: [0], with: { memory: "64m" } },
    { key: "networks", values: [[{ network: "bridge", aliases: [], linkLocalIps: [], driverOpts: {} }]] },
    { key: "ports", values: [[{ containerPort: 80, hostIp: "", hostPort: 0 }]] },
    {
      key: "volumes",
      values: [
        [{ target: "/x", source: "", volume: { labels: {}, driver: "", driverOpts: {} } }],
        [{ type: "tmpfs", target: "/x", tmpfs: { size: 0, mode: 0 } }],
        [{ type: "bind", source: "/tmp", target: "/x", bind: {}, readOnly: false }],
      ],
    },
    { key: "env", values: [{ A: "" }] },
    { key: "labels", values: [{ l: "" }] },
    { key: "deviceRequests", values: [[{}]] },
    { key: "access", values: [{ users: [], teams: [] }] },
    { key: "files", values: [{ "/a": "" }] },
  ];

let image: string;
onEngine("§9.1 an empty value", (host) => {
  beforeAll(async () => {
    image = await makeRichImage(`${host.prefix}rich`);
  });
  afterAll(async () => {
    await engineApi("DELETE", `/images/${image}?force=1`);
  });

  const bases = (): Readonly<Record<keyof typeof kinds, Args>> => ({
    Container: { endpointId: 1, name: `${host.prefix}web`, image, desiredState: "created" },
    Network: { endpointId: 1, name: `${host.prefix}net` },
    Volume: { endpointId: 1, name: `${host.prefix}data` },
  });

  /** It is created, read again, and there is nothing to change: the properties that would be are named. */
  async function expectToSettle(type: keyof typeof kinds, args: Args): Promise<void> {
    const { stack } = host;
    await stack.up(type, "one", args);
    const { inputs } = stack.entry("one");
    await stack.refresh("one");
    const { outputs } = stack.entry("one");
    expect(difference(kinds[type].properties, outputs, inputs).changed).toEqual([]);
    expect(await stack.up(type, "one", args)).toBe("same");
    await stack.destroy("one");
  }

  test.each(
    Object.keys(kinds).flatMap((type) => EMPTY.map((value) => [value, type as keyof typeof kinds] as const)),
  )("%j settles for each argument of a %s that takes it", async (value, type) => {
    const base = bases()[type];
    await expectToSettle(type, { ...base, ...(await allWith(type, base, value)) });
  });

  test.each(nested)("inside $key settles", async ({ key, values, with: beside }) => {
    for (const value of values)
      await expectToSettle("Container", { ...bases().Container, ...beside, [key]: value });
  });

  test("inside the `ipam` of a network settles", async () => {
    for (const ipam of [
      { config: [] },
      { options: {}, config: [{ subnet: "10.213.8.0/24", auxAddresses: {} }] },
    ]) {
      await expectToSettle("Network", { ...bases().Network, ipam });
    }
  });

  test("is the same as none where the image or the engine fills it in: nothing is recreated for it", async () => {
    const { stack } = host;
    const base = { endpointId: 1, name: `${host.prefix}web`, image, desiredState: "created" };
    const empty = { user: "", hostname: "", shmSize: 0, dns: [], tty: false, healthcheck: {}, memory: 0 };
    await stack.up("Container", "one", base);
    expect(await stack.preview("Container", "one", { ...base, ...empty })).toBe("same");
    await stack.up("Container", "one", { ...base, ...empty });
    expect(await stack.preview("Container", "one", base)).toBe("same");
  });

  test("of `networks` is a container on none, also after it was started again", async () => {
    const { stack, base } = host;
    const alone = { ...base, networks: [] };
    await stack.up("Container", "one", alone);
    await engineApi("POST", `/containers/${base.name}/restart?t=0`);
    const { NetworkSettings } = (await inspect(base.name)) ?? {};
    expect(Object.keys(NetworkSettings?.Networks ?? {})).toEqual(["none"]);
    await stack.refresh("one");
    expect(await stack.preview("Container", "one", alone)).toBe("same");

    await stack.up("Container", "one", { ...base, networks: ["bridge"] });
    await stack.up("Container", "one", alone);
    await stack.refresh("one");
    expect(await stack.preview("Container", "one", alone)).toBe("same");
  });

  test("of `entrypoint` leaves the image's command", async () => {
    const { stack, base } = host;
    await stack.up("Container", "one", {
      name: base.name,
      endpointId: 1,
      image,
      entrypoint: [],
      desiredState: "created",
    });
    const { Config } = (await inspect(base.name)) ?? {};
    expect([Config?.["Entrypoint"] ?? [], Config?.["Cmd"]]).toEqual([[], ["1000"]]);
  });

  test("of a limit takes it away", async () => {
    const { stack, base } = host;
    await stack.up("Container", "one", { ...base, memory: "64m", cpus: 0.5 });
    await stack.up("Container", "one", { ...base, memory: 0, cpus: 0 });
    expect((await inspect(base.name))?.HostConfig).toMatchObject({ Memory: 0, NanoCpus: 0 });
    await stack.refresh("one");
    expect(await stack.preview("Container", "one", { ...base, memory: 0, cpus: 0 })).toBe("same");
  });
});

/** An image that sets everything that an image can set. */
async function makeRichImage(name: string): Promise<string> {
  const { body } = await engineApi("POST", "/containers/create", { Image: testImage });
  const sets = {
    User: "1000",
    WorkingDir: "/www",
    Entrypoint: ["sleep"],
    Cmd: ["1000"],
    Env: ["A=1", "PATH=/bin"],
    Labels: { l: "1" },
    Healthcheck: { Test: ["CMD-SHELL", "true"], Interval: 1e10, Timeout: 5e9, StartPeriod: 2e9, Retries: 7 },
    Volumes: { "/vol": {} },
    ExposedPorts: { "90/tcp": {} },
    StopSignal: "SIGKILL",
    Shell: ["/bin/sh", "-c"],
  };
  const made = await engineApi("POST", `/commit?container=${body["Id"]}&repo=${name}&tag=1`, sets);
  await engineApi("DELETE", `/containers/${body["Id"]}`);
  if (made.status !== 201) throw new Error(made.text);
  return `${name}:1`;
}
