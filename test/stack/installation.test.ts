import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { engineApi, inspect } from "../support/engine-api";
import { type Installation, openInstallation, SECRETS, type World } from "../support/installation";
import { must, otherImage, stackOrSkip } from "../support/stack";

const LEAST = 150;

stackOrSkip()(`§11 the example installation, of more than ${LEAST} resources`, () => {
  let installation: Installation;
  let before: World;
  let settingsBefore: object;
  let made: World;

  beforeAll(async () => {
    installation = await openInstallation();
    before = await installation.world();
    settingsBefore = await installation.client.settings.get();
  });
  afterAll(async () => await installation[Symbol.asyncDispose]());

  it("goes up at once", async () => {
    const { stack, prefix } = installation;
    const requests = await installation.requestsOf(async () => {
      const { changes } = must(await stack.up());
      expect(Object.keys(changes)).toEqual(["create"]);
      const { create } = changes as { create: number };
      expect(create).toBeGreaterThanOrEqual(LEAST);
      process.stdout.write(`${create} resources, `);
    });
    process.stdout.write(`${requests.length} requests\n`);
    made = await installation.world();
    expect(made["containers"]).toHaveLength(1 + 4 * 4 * 3);
    expect(await inspect(`${prefix}-lima-wiki-web`)).toMatchObject({ State: { Running: true } });
    const state = await stack.stateFile();
    for (const secret of Object.values(SECRETS)) expect(state).not.toContain(secret);
  });

  it("asks nothing when it is run again", async () => {
    const requests = await installation.requestsOf(async () => {
      expect(Object.keys(must(await installation.stack.up()).changes)).toEqual(["same"]);
    });
    expect(requests).toEqual([]);
  });

  it("shows no change at refresh, which writes nothing", async () => {
    const requests = await installation.requestsOf(async () => {
      expect(Object.keys(must(await installation.stack.refresh()).changes)).toEqual(["same"]);
    });
    expect(requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  it("finds what was changed by hand in twenty places, and puts it right", async () => {
    const { stack, client, prefix } = installation;
    const users = await client.users.list({});
    const teams = await client.teams.list({});
    const memberships = await client.teamMemberships.list();
    const registries = await client.registries.list();
    const environments = await client.endpoints.list({});
    const tags = await client.tags.list();
    const idOf = (list: readonly { readonly Id: number; readonly Name?: string }[], name: string) =>
      Number(list.find(({ Name }) => Name === name)?.Id);
    const user = (name: string) => Number(users.find(({ Username }) => Username === name)?.Id);
    const membership = (team: string, name: string) =>
      Number(memberships.find((one) => one.TeamID === idOf(teams, team) && one.UserID === user(name))?.Id);
    const registry = (name: string) => ({ params: { id: idOf(registries, name) } });
    const environment = (name: string) => ({ params: { id: idOf(environments, name) } });
    const container = (name: string) => `/containers/${prefix}-${name}`;

    /** What somebody does, and the resources that are then not as declared. */
    const drifts: readonly (readonly [resources: readonly string[], work: () => Promise<unknown>])[] = [
      [["settings"], () => client.settings.update({ body: { UserSessionTimeout: "20h" } })],
      [
        ["audit"],
        () => client.teams.update({ params: { id: idOf(teams, "audit") }, body: { Name: "auditors" } }),
      ],
      [["anna"], () => client.users.update({ params: { id: user("anna") }, body: { Role: 1 } })],
      [["bela"], () => client.users.update({ params: { id: user("bela") }, body: { Username: "bella" } })],
      [["carl", "operations-carl"], () => client.users.delete({ params: { id: user("carl") } })],
      [
        ["support-jan"],
        () => client.teamMemberships.delete({ params: { id: membership("support", "jan") } }),
      ],
      [
        ["support-kaya"],
        () =>
          client.teamMemberships.update({
            params: { id: membership("support", "kaya") },
            body: { UserID: user("kaya"), TeamID: idOf(teams, "support"), Role: 1 },
          }),
      ],
      [["hub"], () => client.registries.update({ ...registry("hub"), body: { URL: "hub.example.com" } })],
      [
        ["mirror"],
        () => client.registries.update({ ...registry("mirror"), body: { Authentication: false } }),
      ],
      [["code"], () => client.registries.delete(registry("code"))],
      [
        ["production", "europe-group", "americas-group", "asia-group"],
        () =>
          client.tags.delete({
            params: { id: Number(tags.find(({ Name }) => Name === "production")?.ID) },
          }),
      ],
      [
        ["berlin"],
        () => client.endpoints.update({ ...environment("berlin"), body: { TeamAccessPolicies: {} } }),
      ],
      [
        ["madrid"],
        () =>
          client.endpoints.updateSettings({
            ...environment("madrid"),
            body: { allowPrivilegedModeForRegularUsers: true },
          }),
      ],
      [["lima"], () => client.endpoints.update({ ...environment("lima"), body: { Name: "callao" } })],
      [["tokyo"], () => client.endpoints.update({ ...environment("tokyo"), body: { GroupID: 1 } })],
      [["berlin-shop-web"], () => engineApi("POST", `${container("berlin-shop-web")}/stop?t=0`)],
      [["berlin-wiki-web"], () => engineApi("DELETE", `${container("berlin-wiki-web")}?force=1`)],
      [
        ["madrid-chat-worker"],
        () =>
          engineApi("POST", `${container("madrid-chat-worker")}/update`, {
            Memory: 64 * 1024 ** 2,
            MemorySwap: 128 * 1024 ** 2,
          }),
      ],
      [
        ["lima-mail-database"],
        () =>
          engineApi("POST", `/networks/${prefix}-lima/disconnect`, {
            Container: `${prefix}-lima-mail-database`,
          }),
      ],
      [["tokyo-mail-worker"], () => engineApi("POST", `${container("tokyo-mail-worker")}/pause`)],
    ];
    for (const [, work] of drifts) await work();

    must(await stack.refresh());
    const preview = must(await stack.preview());
    const changed = drifts.flatMap(([resources]) => resources);
    expect(changed.length).toBeGreaterThanOrEqual(20);
    const unseen = changed.filter((name) => preview.of(name).every((step) => step === "same"));
    expect(unseen).toEqual([]);
    const { update = 0, create = 0 } = preview.changes as Record<string, number>;
    expect(update + create).toBe(changed.length);

    must(await stack.up());
    must(await stack.refresh());
    expect(Object.keys(must(await stack.preview()).changes)).toEqual(["same"]);
    expect(await installation.world()).toEqual(made);
  });

  it("rolls out another image, and nothing else changes", async () => {
    await installation.stack.setConfig({ image: otherImage });
    const { changes } = must(await installation.stack.up());
    expect(changes).toEqual({ same: expect.any(Number), update: 48 });
    await installation.stack.setConfig({});
  });

  it("leaves server and engine as before at destroy", async () => {
    must(await installation.stack.destroy());
    expect(await installation.world()).toEqual(before);
    // Portainer does not take the empty text back, which means five minutes.
    expect(await installation.client.settings.get()).toEqual({ ...settingsBefore, SnapshotInterval: "5m" });
  });
});
