import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type ContainerHost, startContainerHost } from "../../support/container-host";
import { inspect, namesLike, sweep } from "../../support/engine-api";
import { eventually } from "../../support/eventually";
import { engineOrSkip } from "../../support/needs";

let host: ContainerHost;

/** A way to say on which networks a container is, and the networks that it is on then. */
interface Form {
  readonly what: string;
  readonly args: () => object;
  readonly networks: () => readonly string[];
  readonly mode?: () => RegExp;
}
const one = () => `${host.prefix}one`;
const two = () => `${host.prefix}two`;
const neighbour = () => `${host.prefix}neighbour`;

const forms: readonly Form[] = [
  { what: "nothing", args: () => ({}), networks: () => ["bridge"] },
  { what: "no network", args: () => ({ networks: [] }), networks: () => ["none"] },
  { what: '["none"]', args: () => ({ networks: ["none"] }), networks: () => ["none"] },
  { what: '["host"]', args: () => ({ networks: ["host"] }), networks: () => ["host"] },
  { what: '["bridge"]', args: () => ({ networks: ["bridge"] }), networks: () => ["bridge"] },
  { what: "one network", args: () => ({ networks: [one()] }), networks: () => [one()] },
  {
    what: "two networks",
    args: () => ({ networks: [one(), { network: two(), aliases: ["it"] }] }),
    networks: () => [one(), two()],
  },
  {
    what: "the mode of another",
    args: () => ({ networkMode: `container:${neighbour()}` }),
    networks: () => [],
    mode: () => /^container:[0-9a-f]{64}$/,
  },
  { what: "the mode of one network", args: () => ({ networkMode: one() }), networks: () => [one()] },
  { what: "the mode default", args: () => ({ networkMode: "default" }), networks: () => ["bridge"] },
];

const pairs = forms.flatMap((from, index) => forms.slice(index + 1).map((to) => [from, to] as const));

engineOrSkip()("the networks of a container", () => {
  beforeAll(async () => {
    host = await startContainerHost();
    await host.network("one");
    await host.network("two");
    await host.neighbour("neighbour");
  });
  afterEach(async () => {
    host.stack.forget();
    await sweep(host.base.name);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  const now = async () => await inspect(host.base.name);
  const recreations = () =>
    host.pulumi.messages.filter(({ text }) => text.includes("recreated by a roll-out"));

  async function expectForm({ args, networks, mode }: Form): Promise<void> {
    const container = await now();
    expect(Object.keys(container?.NetworkSettings.Networks ?? {}).sort()).toEqual([...networks()].sort());
    if (mode) expect(container?.HostConfig["NetworkMode"]).toMatch(mode());
    expect(container?.State.Running).toBe(true);
    expect(await host.stack.refresh("web")).toBe(true);
    expect(await host.stack.preview("Container", "web", { ...host.base, ...args() })).toBe("same");
  }

  async function change(to: Form): Promise<void> {
    const args = { ...host.base, ...to.args() };
    const before = (await now())?.Id;
    host.pulumi.forget();
    const step = await host.stack.preview("Container", "web", args);
    expect(await host.stack.up("Container", "web", args)).toBe(step);
    // Pulumi has the provider compare for the preview, and again for the change.
    if ((await now())?.Id !== before) await eventually(() => recreations().length === 2);
    await expectForm(to);
    expect(recreations()).toHaveLength((await now())?.Id === before ? 0 : 2);
    expect(await namesLike(host.base.name)).toEqual([host.base.name]);
  }

  describe.each(pairs.map(([from, to]) => ({ from, to, name: `${from.what} and ${to.what}` })))(
    "change between $name",
    ({ from, to }) => {
      test("in place or by the roll-out that the preview says", async () => {
        await host.stack.up("Container", "web", { ...host.base, ...from.args() });
        await expectForm(from);
        await change(to);
        await change(from);
      });
    },
  );

  test("change in place between networks, the default one among them, and by a roll-out from the first one", async () => {
    const inPlace = forms.filter(({ what }) =>
      /^(?:nothing|\["bridge"\]|one network|two networks)$/.test(what),
    );
    for (const from of inPlace) {
      for (const to of inPlace.filter((form) => form !== from && form.what !== "nothing")) {
        await host.stack.up("Container", "web", { ...host.base, ...from.args() });
        const before = (await now())?.Id;
        await host.stack.up("Container", "web", { ...host.base, ...to.args() });
        const [first = ""] = from.networks();
        expect((await now())?.Id === before).toBe(first === "bridge" || to.networks().includes(first));
        await host.stack.destroy("web");
      }
    }
  });
});
