import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { engineApi, inspect } from "../support/engine-api";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

const KINDS = ["Volume", "Network", "Container", "Endpoint"];

/** One resource of each kind that can be adopted. Its name in the program is a prefix and the kind. */
const program = (prefix: string, more: { adopt?: boolean; alias?: string; provider?: boolean } = {}) => `
const adopt = ${more.adopt ? '{ adopt: "matching" }' : "{}"};
const { PORTAINER_URL: url, PORTAINER_API_KEY: apiKey } = process.env;
const provider = ${more.provider ? 'new portainer.Provider("ci", { url, apiKey })' : "undefined"};
const options = (kind) => ({ provider, aliases: ${more.alias ? `[{ name: "${more.alias}" + kind }]` : "[]"} });
const make = (kind, args) => new portainer[kind]("${prefix}" + kind, { name: named(kind), ...args, ...adopt }, options(kind));
make("Volume", { endpointId: 1 });
make("Network", { endpointId: 1 });
make("Container", { ...sleeper, endpointId: 1 });
make("Endpoint", { url: process.env.TEST_ENGINE });
`;

stackOrSkip()("resources that are renamed in the program", () => {
  let site: Site;
  let before: unknown;

  beforeAll(async () => {
    site = await openSite(program("one"));
    must(await site.stack.up());
    before = await objects();
  });

  afterAll(async () => await site[Symbol.asyncDispose]());

  /** What tells each object from another of its name. */
  const objects = async () => ({
    volume: (await engineApi("GET", `/volumes/${site.prefix}Volume`)).body["Labels"],
    network: (await engineApi("GET", `/networks/${site.prefix}Network`)).body["Id"],
    container: (await inspect(`${site.prefix}Container`))?.Id,
    endpoint: (await environments()).find(({ Name }) => Name === `${site.prefix}Endpoint`)?.Id,
  });

  const environments = async () => {
    const headers = { "x-api-key": site.server.apiKey };
    const answer = await fetch(`${site.server.url}/api/endpoints`, { headers });
    return (await answer.json()) as { Id: number; Name: string }[];
  };

  const expectTrueState = async (prefix: string) => {
    expect(await objects()).toEqual(before);
    expect(Object.keys(must(await site.stack.refresh()).changes)).toEqual(["same"]);
    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    const { resource } = await site.stack.state();
    for (const kind of KINDS) expect(resource(`${prefix}${kind}`)).toBeDefined();
  };

  it("are refused with the line to write, and nothing is deleted even when Pulumi goes on", async () => {
    await site.write(program("two"));
    const { code, output } = await site.stack.up({ args: ["--continue-on-error"] });
    expect(code).not.toBe(0);
    for (const kind of KINDS.slice(0, 3)) expect(output).toContain(`aliases: [{ name: "one${kind}" }]`);
    expect(output).toContain("Portainer does not say who made it");
    expect(await objects()).toEqual(before);
  });

  it("keep their objects with an alias", async () => {
    await site.write(program("two", { alias: "one" }));
    const { changes } = must(await site.stack.up());
    expect(Object.keys(changes)).toEqual(["same"]);
    await expectTrueState("two");
  });

  it("keep their objects with adopt, under another provider too", async () => {
    await site.write(program("three", { adopt: true, provider: true }));
    const { output } = must(await site.stack.up());
    for (const kind of KINDS) {
      // The name that it was created with: an alias alone writes nothing into the state.
      expect(output).toContain(`"three${kind}" has taken over what "one${kind}" was`);
    }
    await expectTrueState("three");
  });

  it("are gone after a destroy", async () => {
    must(await site.stack.destroy());
    expect(await objects()).toEqual({});
  });
});
