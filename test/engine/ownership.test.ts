import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import { type ContainerHost, startContainerHost } from "../support/container-host";
import { engineApi, inspect, sweep } from "../support/engine-api";
import type { Properties } from "../support/grpc";
import { PASSWORD, providerConfig } from "../support/host";
import type { Entry } from "../support/mini-stack";
import { engineOrSkip, engineUrl } from "../support/needs";
import { literal, type Plugin, startPlugin } from "../support/plugin";
import { reveal } from "../support/secrets";

/** A test starts up to five plugin processes. */
jest.setTimeout(180_000);

let host: ContainerHost;

/** What can be adopted, and how the engine tells one object from another of the same name. */
interface Kind {
  readonly type: string;
  readonly args: () => Properties;
  readonly identity: () => Promise<unknown>;
  /** Whether the object says who made it. */
  readonly isMarked: boolean;
}

const named = (suffix: string) => `${host.prefix}${suffix}`;

const KINDS: readonly Kind[] = [
  {
    type: "Volume",
    args: () => ({ endpointId: 1, name: named("data") }),
    // A volume has no id; one that was made anew bears the URN of its new maker.
    identity: async () => (await engineApi("GET", `/volumes/${named("data")}`)).body["Labels"],
    isMarked: true,
  },
  {
    type: "Network",
    args: () => ({ endpointId: 1, name: named("net") }),
    identity: async () => (await engineApi("GET", `/networks/${named("net")}`)).body["Id"],
    isMarked: true,
  },
  {
    type: "Container",
    args: () => host.base,
    identity: async () => (await inspect(host.base.name))?.Id,
    isMarked: true,
  },
  {
    type: "Endpoint",
    args: () => ({ name: named("edge"), url: engineUrl }),
    identity: async () => {
      const headers = { "x-api-key": host.server.apiKey };
      const list = await fetch(`${host.server.url}/api/endpoints`, { headers });
      const all = (await list.json()) as { Id: number; Name: string }[];
      return all.find(({ Name }) => Name === named("edge"))?.Id;
    },
    isMarked: false,
  },
];

/** How the resource "one" becomes another one in the program. */
interface Way {
  readonly title: string;
  readonly urn: (type: string) => string;
  /** The option that tells Pulumi so; `undefined` where none does. */
  readonly alias: string | undefined;
  /** The provider of the new one is another, and so a process of its own. */
  readonly isElsewhere?: boolean;
}

const urn = (stack: string, parents: string, type: string, name: string) =>
  `urn:pulumi:${stack}::shop::${parents}pulumi-nodejs:dynamic/portainer:${type}::${name}`;
const ONE = (type: string) => urn("dev", "", type, "one");

const WAYS: readonly Way[] = [
  { title: "renamed", urn: (type) => urn("dev", "", type, "two"), alias: 'aliases: [{ name: "one" }]' },
  {
    title: "moved into a component",
    urn: (type) => urn("dev", "app:Site$", type, "site-one"),
    alias: 'aliases: [{ name: "one", parent: pulumi.rootStackResource }]',
  },
  {
    title: "given to another provider",
    urn: (type) => urn("dev", "", type, "two"),
    alias: 'aliases: [{ name: "one" }]',
    isElsewhere: true,
  },
  { title: "taken by a second stack", urn: (type) => urn("prod", "", type, "one"), alias: undefined },
];

/** One run of Pulumi: a plugin process for each provider, which ends with the run. */
async function run<T>(
  work: (here: Plugin, elsewhere: Plugin) => Promise<T>,
  { isElsewhere = false }: Partial<Way> = {},
): Promise<T> {
  const start = () =>
    startPlugin({
      config: providerConfig({ url: host.server.url, username: "admin", password: PASSWORD }),
      engine: host.pulumi.address,
    });
  await using here = await start();
  if (!isElsewhere) return await work(here, here);
  await using elsewhere = await start();
  return await work(here, elsewhere);
}

async function create(plugin: Plugin, type: string, own: string, args: Properties): Promise<Entry> {
  const news = { ...args, __provider: literal(type), __urn: own };
  const { inputs, failures } = await plugin.check({}, news);
  expect(failures).toEqual([]);
  const { id, outputs } = await plugin.create(reveal(inputs));
  return { type, id, inputs, outputs };
}

/** Runs a program that has the resource, as it was written last, under this URN. */
async function keep(plugin: Plugin, { type, id, inputs, outputs }: Entry, own: string): Promise<void> {
  const news = { ...reveal(inputs), __provider: literal(type), __urn: own };
  const checked = await plugin.check(reveal(inputs), news);
  expect(await plugin.diff(id, reveal(outputs), reveal(checked.inputs))).toMatchObject({ changes: false });
}

const remove = (plugin: Plugin, { id, outputs }: Entry) => plugin.delete(id, reveal(outputs));

engineOrSkip()("an object whose resource has become another", () => {
  beforeAll(async () => {
    host = await startContainerHost();
  });
  afterEach(async () => {
    await sweep(host.prefix);
    await host.reset();
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  const inThisStack = WAYS.filter(({ title }) => title !== "taken by a second stack");
  const rows = (ways: readonly Way[], kinds: readonly Kind[] = KINDS) =>
    kinds.flatMap((kind) => ways.map((way) => [`${kind.type}, ${way.title}`, kind, way] as const));

  const makeOne = async ({ type, args, identity }: Kind) => {
    const one = await run((here) => create(here, type, ONE(type), args()));
    const before = await identity();
    expect(before).toBeDefined();
    return { one, before };
  };

  /** The state has it, so that a refresh and a further run show no change, and its destroy deletes it. */
  const expectTrue = async ({ identity }: Kind, entry: Entry, own: string, before: unknown) => {
    expect(await identity()).toEqual(before);
    await run(async (here) => {
      const now = await here.read(entry.id, reveal(entry.outputs));
      expect(now.id).toBe(entry.id);
      await keep(here, { ...entry, ...now }, own);
      await remove(here, entry);
    });
    expect(await identity()).toBeUndefined();
  };

  test.each(rows(inThisStack))("%s, with an alias", async (_title, kind, way) => {
    const { one, before } = await makeOne(kind);
    await run((_here, elsewhere) => keep(elsewhere, one, way.urn(kind.type)), way);
    await expectTrue(kind, one, way.urn(kind.type), before);
  });

  test.each(rows(inThisStack))("%s, with adopt", async (_title, kind, way) => {
    const { one, before } = await makeOne(kind);
    const two = await run(async (here, elsewhere) => {
      const adopting = { ...kind.args(), adopt: "matching" };
      const made = await create(elsewhere, kind.type, way.urn(kind.type), adopting);
      await remove(here, one);
      return made;
    }, way);
    await host.heard("one", /has taken over what "one" was: "one" is forgotten, and nothing is deleted/);
    await expectTrue(kind, two, way.urn(kind.type), before);
  });

  test.each(rows(inThisStack))(
    "%s, with adopt, when the run is killed between",
    async (_title, kind, way) => {
      const { one, before } = await makeOne(kind);
      const own = way.urn(kind.type);
      const adopting = { ...kind.args(), adopt: "matching" };
      const two = await run((_here, elsewhere) => create(elsewhere, kind.type, own, adopting), way);
      await run(async (here, elsewhere) => {
        await keep(elsewhere, two, own);
        await remove(here, one);
      }, way);
      await expectTrue(kind, two, own, before);
    },
  );

  test.each(rows(inThisStack))("%s, with neither", async (_title, kind, way) => {
    const { one, before } = await makeOne(kind);
    const own = way.urn(kind.type);
    await run(async (here, elsewhere) => {
      const refused = await create(elsewhere, kind.type, own, kind.args()).catch(String);
      if (kind.isMarked) {
        expect(refused).toContain(`made by "one" of this stack`);
        expect(refused).toContain(way.alias ?? "aliases: [");
        expect(refused).not.toContain("adopt");
      } else {
        expect(refused).toMatch(/Portainer does not say who made it.*aliases:/);
      }
      // What `--continue-on-error` does then.
      await expect(remove(here, one)).rejects.toThrow(/means the same object and could not take it/);
    }, way);
    await expectTrue(kind, one, ONE(kind.type), before);
  });

  const stack2 = WAYS.filter(({ title }) => title === "taken by a second stack");

  test.each(
    rows(
      stack2,
      KINDS.filter(({ isMarked }) => isMarked),
    ).flatMap(([title, kind, way]) => [
      [`${title}, with adopt`, kind, way, { adopt: "matching" }] as const,
      [`${title}, with neither`, kind, way, {}] as const,
    ]),
  )("%s", async (_title, kind, way, more) => {
    const { one, before } = await makeOne(kind);
    await run(async (here) => {
      const refused = create(here, kind.type, way.urn(kind.type), { ...kind.args(), ...more });
      await expect(refused).rejects.toThrow(
        new RegExp(`made by another stack as ${ONE(kind.type).replace(/[$]/g, "\\$&")}.*pulumi state move`),
      );
    });
    await expectTrue(kind, one, ONE(kind.type), before);
  });

  test("Endpoint, taken by a second stack, with adopt: nobody can tell, and it says so", async () => {
    const [kind] = KINDS.filter(({ isMarked }) => !isMarked);
    if (!kind) throw new Error("there is no such kind");
    const { before } = await makeOne(kind);
    const own = urn("prod", "", kind.type, "second");
    const two = await run((here) => create(here, kind.type, own, { ...kind.args(), adopt: "matching" }));
    await host.heard("second", /Portainer does not say who made it: if another stack has it too/);
    await expectTrue(kind, two, own, before);
  });

  test.each(KINDS.map((kind) => [kind.type, kind] as const))(
    "%s is not taken by a second resource while the first is in the program",
    async (_type, kind) => {
      const { one, before } = await makeOne(kind);
      const two = urn("dev", "", kind.type, "two");
      await run(
        async (here, elsewhere) => {
          await keep(here, one, ONE(kind.type));
          await expect(
            create(elsewhere, kind.type, two, { ...kind.args(), adopt: "matching" }),
          ).rejects.toThrow(/is "one" in this stack already.*aliases: \[\{ name: "one" \}\]/);
        },
        { isElsewhere: true },
      );
      await expectTrue(kind, one, ONE(kind.type), before);
    },
  );

  test("a replacement that takes the object of its predecessor keeps it", async () => {
    const [kind] = KINDS;
    if (!kind) throw new Error("there is no such kind");
    const { one, before } = await makeOne(kind);
    const again = await run(async (here) => {
      await keep(here, one, ONE(kind.type));
      const made = await create(here, kind.type, ONE(kind.type), kind.args());
      await remove(here, one);
      return made;
    });
    await expectTrue(kind, again, ONE(kind.type), before);
  });

  test("a volume that was made anew under the name of a lost one is not deleted with it", async () => {
    const [kind] = KINDS;
    if (!kind) throw new Error("there is no such kind");
    const { one } = await makeOne(kind);
    await engineApi("DELETE", `/volumes/${named("data")}`);
    const own = urn("dev", "", kind.type, "two");
    const two = await run(async (here) => {
      const made = await create(here, kind.type, own, kind.args());
      await remove(here, one);
      return made;
    });
    await expectTrue(kind, two, own, await kind.identity());
  });
});
