import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { onEngine, type Space } from "../../support/container-host";
import { inspect, namesLike } from "../../support/engine-api";
import { eventually } from "../../support/eventually";

/** What the forms name: two networks, and a container that runs. */
interface Names {
  readonly one: string;
  readonly two: string;
  readonly neighbour: string;
}

/** A way to say on which networks a container is, and the networks that it is on then. */
interface Form {
  readonly what: string;
  readonly args: (names: Names) => object;
  readonly networks: (names: Names) => readonly string[];
  readonly mode?: RegExp;
}

const forms: readonly Form[] = [
  { what: "nothing", args: () => ({}), networks: () => ["bridge"] },
  { what: "no network", args: () => ({ networks: [] }), networks: () => ["none"] },
  { what: '["none"]', args: () => ({ networks: ["none"] }), networks: () => ["none"] },
  { what: '["host"]', args: () => ({ networks: ["host"] }), networks: () => ["host"] },
  { what: '["bridge"]', args: () => ({ networks: ["bridge"] }), networks: () => ["bridge"] },
  { what: "one network", args: ({ one }) => ({ networks: [one] }), networks: ({ one }) => [one] },
  {
    what: "two networks",
    args: ({ one, two }) => ({ networks: [one, { network: two, aliases: ["it"] }] }),
    networks: ({ one, two }) => [one, two],
  },
  {
    what: "the mode of another",
    args: ({ neighbour }) => ({ networkMode: `container:${neighbour}` }),
    networks: () => [],
    mode: /^container:[0-9a-f]{64}$/,
  },
  {
    what: "the mode of one network",
    args: ({ one }) => ({ networkMode: one }),
    networks: ({ one }) => [one],
  },
  { what: "the mode default", args: () => ({ networkMode: "default" }), networks: () => ["bridge"] },
];

const pairs = forms.flatMap((from, index) =>
  forms.slice(index + 1).map((to) => ({ name: `${from.what} and ${to.what}`, from, to })),
);

/** From any of these to any that is a list, one by one. */
const inPlace = forms.filter(({ what }) => /^(?:nothing|\["bridge"\]|one network|two networks)$/.test(what));
const waysInPlace = inPlace.flatMap((from) =>
  inPlace
    .filter((to) => to !== from && to.what !== "nothing")
    .map((to) => ({ name: `from ${from.what} to ${to.what}`, from, to })),
);

onEngine("the networks of a container", (host) => {
  let shared: Space;
  let names: Names;
  beforeAll(async () => {
    shared = host.space();
    const [one, two] = [await shared.network("one"), await shared.network("two")];
    await shared.neighbour("neighbour");
    names = { one, two, neighbour: `${shared.prefix}neighbour` };
  });
  afterAll(async () => {
    await shared[Symbol.asyncDispose]();
  });

  const now = async ({ base }: Space) => await inspect(base.name);
  const argsOf = ({ base }: Space, form: Form) => ({ ...base, ...form.args(names) });
  const recreations = (space: Space) =>
    space.said().filter(({ text }) => text.includes("recreated by a roll-out")).length;

  async function expectForm(space: Space, form: Form): Promise<void> {
    const container = await now(space);
    expect(Object.keys(container?.NetworkSettings.Networks ?? {}).sort()).toEqual(
      [...form.networks(names)].sort(),
    );
    if (form.mode) expect(container?.HostConfig["NetworkMode"]).toMatch(form.mode);
    expect(container?.State.Running).toBe(true);
    expect(await space.stack.refresh("web")).toBe(true);
    expect(await space.stack.preview("Container", "web", argsOf(space, form))).toBe("same");
  }

  async function change(space: Space, to: Form): Promise<void> {
    const args = argsOf(space, to);
    const before = (await now(space))?.Id;
    const saidBefore = recreations(space);
    const step = await space.stack.preview("Container", "web", args);
    expect(await space.stack.up("Container", "web", args)).toBe(step);
    // Pulumi has the provider compare for the preview, and again for the change.
    const expected = saidBefore + ((await now(space))?.Id === before ? 0 : 2);
    await eventually(() => recreations(space) >= expected);
    await expectForm(space, to);
    expect(recreations(space)).toBe(expected);
    expect(await namesLike(space.base.name)).toEqual([space.base.name]);
  }

  test.concurrent.each(pairs)(
    "change between $name, in place or by the roll-out that the preview says",
    async ({ from, to }) => {
      await using space = host.space();
      await space.stack.up("Container", "web", argsOf(space, from));
      await expectForm(space, from);
      await change(space, to);
      await change(space, from);
    },
    120_000,
  );

  test.concurrent.each(waysInPlace)(
    "change in place between networks, the default one among them, and by a roll-out from the first one: $name",
    async ({ from, to }) => {
      await using space = host.space();
      await space.stack.up("Container", "web", argsOf(space, from));
      const before = (await now(space))?.Id;
      await space.stack.up("Container", "web", argsOf(space, to));
      const [first = ""] = from.networks(names);
      expect((await now(space))?.Id === before).toBe(
        first === "bridge" || to.networks(names).includes(first),
      );
      await space.stack.destroy("web");
    },
    120_000,
  );
});
