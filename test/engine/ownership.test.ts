import { afterEach, expect, jest, test } from "@jest/globals";
import { type ContainerHost, onEngine } from "../support/container-host";
import { engineApi, inspect } from "../support/engine-api";
import { eventually } from "../support/eventually";
import type { Properties } from "../support/grpc";
import { PASSWORD, providerConfig } from "../support/host";
import type { Entry } from "../support/mini-stack";
import { engineUrl } from "../support/needs";
import { literal, type Plugin, startPlugin } from "../support/plugin";
import { reveal } from "../support/secrets";

/** A test starts up to five plugin processes. */
jest.setTimeout(180_000);

/** What can be adopted, and how the engine tells one object from another of the same name. */
interface Kind {
  readonly type: string;
  readonly args: () => Properties;
  readonly identity: () => Promise<unknown>;
  /** Whether the object says who made it. */
  readonly isMarked: boolean;
}

const kindsOn = (host: ContainerHost): readonly Kind[] => {
  const named = (suffix: string) => `${host.prefix}${suffix}`;
  return [
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
};

/** An object that was made, with its entry in the state and what told it from others then. */
interface Made extends Kind {
  readonly one: Entry;
  readonly before: unknown;
}

/** How the resource "one" becomes another one in the program. */
interface Way {
  readonly title: string;
  readonly urn: (type: string) => string;
  /** The option that tells Pulumi so. */
  readonly alias: string;
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
];

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

onEngine("an object whose resource has become another", (host) => {
  afterEach(() => host.reset());

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

  const ALL = ["Volume", "Network", "Container", "Endpoint"];
  const MARKED = ["Volume", "Network", "Container"];

  /** One object of each of these kinds, whose resource is called "one". */
  async function makeOnes(types: readonly string[] = ALL): Promise<readonly Made[]> {
    const kinds = kindsOn(host).filter(({ type }) => types.includes(type));
    return await run(async (here) =>
      Promise.all(
        kinds.map(async (kind) => {
          const one = await create(here, kind.type, ONE(kind.type), kind.args());
          const before = await kind.identity();
          expect(before).toBeDefined();
          return { ...kind, one, before };
        }),
      ),
    );
  }

  /** Does it with one object of each kind at the same time, as Pulumi does with the resources of a program. */
  async function each<T>(made: readonly Made[], work: (one: Made) => Promise<T>): Promise<Map<string, T>> {
    const results = await Promise.all(
      made.map(async (one) => {
        try {
          return [one.type, await work(one)] as const;
        } catch (error) {
          throw new Error(`${one.type}: ${error instanceof Error ? error.message : error}`, { cause: error });
        }
      }),
    );
    return new Map(results);
  }

  /** The state has it, so that a refresh and a further run show no change, and its destroy deletes it. */
  async function expectTrue(
    made: readonly Made[],
    entryOf: (one: Made) => Entry,
    urnOf: (type: string) => string,
  ): Promise<void> {
    await run(async (here) =>
      each(made, async (it) => {
        expect(await it.identity()).toEqual(it.before);
        const entry = entryOf(it);
        const now = await here.read(entry.id, reveal(entry.outputs));
        expect(now.id).toBe(entry.id);
        await keep(here, { ...entry, ...now }, urnOf(it.type));
        await remove(here, entry);
        expect(await it.identity()).toBeUndefined();
      }),
    );
  }

  const theOnes = ({ one }: Made) => one;
  const theTwos = (twos: ReadonlyMap<string, Entry>) => (it: Made) => twos.get(it.type) ?? it.one;

  const heard = (own: string, text: RegExp) =>
    eventually(() => host.pulumi.messages.some((said) => said.urn === own && text.test(said.text)));

  test.each(WAYS)("$title, with an alias", async (way) => {
    const made = await makeOnes();
    await run((_here, elsewhere) => each(made, ({ type, one }) => keep(elsewhere, one, way.urn(type))), way);
    await expectTrue(made, theOnes, way.urn);
  });

  test.each(WAYS)("$title, with adopt", async (way) => {
    const made = await makeOnes();
    const twos = await run(
      (here, elsewhere) =>
        each(made, async ({ type, args, one }) => {
          const two = await create(elsewhere, type, way.urn(type), { ...args(), adopt: "matching" });
          await remove(here, one);
          return two;
        }),
      way,
    );
    await each(made, ({ type }) =>
      heard(ONE(type), /has taken over what "one" was: "one" is forgotten, and nothing is deleted/),
    );
    await expectTrue(made, theTwos(twos), way.urn);
  });

  test.each(WAYS)("$title, with adopt, when the run is killed between", async (way) => {
    const made = await makeOnes();
    const twos = await run(
      (_here, elsewhere) =>
        each(made, ({ type, args }) =>
          create(elsewhere, type, way.urn(type), { ...args(), adopt: "matching" }),
        ),
      way,
    );
    await run(
      (here, elsewhere) =>
        each(made, async (it) => {
          await keep(elsewhere, theTwos(twos)(it), way.urn(it.type));
          await remove(here, it.one);
        }),
      way,
    );
    await expectTrue(made, theTwos(twos), way.urn);
  });

  test.each(WAYS)("$title, with neither", async (way) => {
    const made = await makeOnes();
    await run(
      (here, elsewhere) =>
        each(made, async ({ type, args, one, isMarked }) => {
          const refused = await create(elsewhere, type, way.urn(type), args()).catch(String);
          if (isMarked) {
            expect(refused).toContain(`made by "one" of this stack`);
            expect(refused).toContain(way.alias);
            expect(refused).not.toContain("adopt");
          } else {
            expect(refused).toMatch(/Portainer does not say who made it.*aliases:/);
          }
          // What `--continue-on-error` does then.
          await expect(remove(here, one)).rejects.toThrow(/means the same object and could not take it/);
        }),
      way,
    );
    await expectTrue(made, theOnes, ONE);
  });

  const inProd = (type: string) => urn("prod", "", type, "one");

  test.each([
    ["with adopt", { adopt: "matching" }],
    ["with neither", {}],
  ])("taken by a second stack, %s", async (_title, more) => {
    const made = await makeOnes(MARKED);
    await run((here) =>
      each(made, async ({ type, args }) => {
        const refused = create(here, type, inProd(type), { ...args(), ...more });
        await expect(refused).rejects.toThrow(
          new RegExp(`made by another stack as ${ONE(type).replace(/[$]/g, "\\$&")}.*pulumi state move`),
        );
      }),
    );
    await expectTrue(made, theOnes, ONE);
  });

  test("Endpoint, taken by a second stack, with adopt: nobody can tell, and it says so", async () => {
    const made = await makeOnes(["Endpoint"]);
    const own = urn("prod", "", "Endpoint", "second");
    const twos = await run((here) =>
      each(made, ({ type, args }) => create(here, type, own, { ...args(), adopt: "matching" })),
    );
    await heard(own, /Portainer does not say who made it: if another stack has it too/);
    await expectTrue(made, theTwos(twos), () => own);
  });

  test("is not taken by a second resource while the first is in the program", async () => {
    const made = await makeOnes();
    await run(
      (here, elsewhere) =>
        each(made, async ({ type, args, one }) => {
          await keep(here, one, ONE(type));
          const two = create(elsewhere, type, urn("dev", "", type, "two"), { ...args(), adopt: "matching" });
          await expect(two).rejects.toThrow(/is "one" in this stack already.*aliases: \[\{ name: "one" \}\]/);
        }),
      { isElsewhere: true },
    );
    await expectTrue(made, theOnes, ONE);
  });

  test("a replacement that takes the object of its predecessor keeps it", async () => {
    const made = await makeOnes(["Volume"]);
    const again = await run((here) =>
      each(made, async ({ type, args, one }) => {
        await keep(here, one, ONE(type));
        const two = await create(here, type, ONE(type), args());
        await remove(here, one);
        return two;
      }),
    );
    await expectTrue(made, theTwos(again), ONE);
  });

  test("a volume that was made anew under the name of a lost one is not deleted with it", async () => {
    const made = await makeOnes(["Volume"]);
    await engineApi("DELETE", `/volumes/${host.prefix}data`);
    const own = urn("dev", "", "Volume", "two");
    const twos = await run((here) =>
      each(made, async ({ type, args, one }) => {
        const two = await create(here, type, own, args());
        await remove(here, one);
        return two;
      }),
    );
    const anew = await Promise.all(made.map(async (it) => ({ ...it, before: await it.identity() })));
    await expectTrue(anew, theTwos(twos), () => own);
  });
});
