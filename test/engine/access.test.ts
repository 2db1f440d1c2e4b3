import { beforeAll, describe, expect, test } from "@jest/globals";
import { onEngine } from "../support/container-host";
import { engineApi, valueAt } from "../support/engine-api";
import { PASSWORD } from "../support/host";

interface Control {
  readonly Id: number;
  readonly Public: boolean;
  readonly AdministratorsOnly: boolean;
  readonly UserAccesses: readonly { readonly UserId: number }[];
  readonly TeamAccesses: readonly { readonly TeamId: number }[];
}

onEngine("access to", (host) => {
  let carol: number;
  let ops: number;

  async function portainer<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${host.server.url}/api${path}`, {
      method,
      headers: { "x-api-key": host.server.apiKey ?? "", "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Answer;
  }

  beforeAll(async () => {
    const user = { Username: "carol", Password: PASSWORD, Role: 2 };
    carol = (await portainer<{ Id: number }>("POST", "/users", user)).Id;
    ops = (await portainer<{ Id: number }>("POST", "/teams", { Name: "ops" })).Id;
    await portainer("PUT", "/endpoints/1", { UserAccessPolicies: { [carol]: { RoleId: 0 } } });
  });

  describe.each<{ type: "Volume" | "Network"; path: string; fixed: string }>([
    { type: "Volume", path: "/volumes", fixed: "CreatedAt" },
    { type: "Network", path: "/networks", fixed: "Id" },
  ])("a $type", ({ type, path, fixed }) => {
    const name = () => `${host.prefix}guarded`;
    const args = (more: object = {}) => ({ endpointId: 1, name: name(), ...more });
    const inspect = () => engineApi("GET", `${path}/${name()}`);
    const control = async () => {
      const shown = await portainer<{ Portainer?: { ResourceControl?: Control } }>(
        "GET",
        `/endpoints/1/docker${path}/${name()}`,
      );
      return shown.Portainer?.ResourceControl;
    };
    const byHand = async (body: object) =>
      await portainer("PUT", `/resource_controls/${(await control())?.Id}`, body);
    const up = (more: object = {}) => host.stack.up(type, "guarded", args(more));

    test("is given at creation, changed in place, and the same later and after a refresh", async () => {
      const { stack } = host;
      expect(await up({ access: "public" })).toBe("create");
      expect(await control()).toMatchObject({ Public: true });
      const before = (await inspect()).body[fixed];
      expect(await up({ access: "administrators" })).toBe("update");
      expect(await control()).toMatchObject({ Public: false, AdministratorsOnly: true });
      const access = { users: ["Carol"], teams: ["ops"] };
      expect(await up({ access })).toBe("update");
      expect(await control()).toMatchObject({
        AdministratorsOnly: false,
        UserAccesses: [{ UserId: carol }],
        TeamAccesses: [{ TeamId: ops }],
      });
      expect((await inspect()).body[fixed]).toBe(before);
      expect(await stack.refresh("guarded")).toBe(true);
      expect(stack.outputs("guarded")["access"]).toEqual(access);
      const asked = host.server.requests().length;
      expect(await up({ access })).toBe("same");
      expect(host.server.requests()).toHaveLength(asked);
    });

    test("is put back when somebody has changed it", async () => {
      await up({ access: { teams: [ops] } });
      await byHand({ Public: true });
      await host.stack.refresh("guarded");
      expect(host.stack.outputs("guarded")["access"]).toBe("public");
      expect(await up({ access: { teams: [ops] } })).toBe("update");
      expect(await control()).toMatchObject({ Public: false, TeamAccesses: [{ TeamId: ops }] });
    });

    test("stays as it is once the program no longer says it, and is then nobody's difference", async () => {
      await up({ access: { teams: [ops] } });
      expect(await up()).toBe("update");
      expect(await control()).toMatchObject({ TeamAccesses: [{ TeamId: ops }] });
      await byHand({ Public: true });
      await host.stack.refresh("guarded");
      expect(await up()).toBe("same");
      expect(await host.stack.get(type, "seen", `1/${name()}`)).toHaveProperty("access", "public");
    });

    test("for a user who is not there is refused before anything is created", async () => {
      await expect(up({ access: { users: ["nobody"] } })).rejects.toThrow(/no user "nobody"/);
      expect((await inspect()).status).toBe(404);
    });

    test("is given to what was made outside Portainer, when it is adopted", async () => {
      await engineApi("POST", `${path}/create`, { Name: name() });
      expect(await up({ adopt: "matching", access: "public" })).toBe("create");
      expect(await control()).toMatchObject({ Public: true });
    });

    test("is a standard user's own by name; what that user may not give is finished later", async () => {
      const { stack } = host;
      await using _carol = await host.switchTo({ username: "carol", password: PASSWORD });
      await expect(up({ access: "administrators" })).rejects.toThrow(/may not/);
      expect(stack.outputs("guarded")["access"]).toEqual({ users: [carol], teams: [] });
      expect(await up({ access: { users: ["carol"] } })).toBe("update");
      expect(await control()).toMatchObject({ Public: false, UserAccesses: [{ UserId: carol }] });
      await stack.refresh("guarded");
      expect(await up({ access: { users: ["carol"] } })).toBe("same");
      await stack.destroy("guarded");
    });

    test("is given again with another property's change", async () => {
      await up({ access: { teams: [ops] } });
      const change = { labels: { a: "1" }, access: { teams: [ops] } };
      await up(type === "Volume" ? { ...change, recreate: true } : change);
      expect((await inspect()).body["Labels"]).toMatchObject({ a: "1" });
      expect(await control()).toMatchObject({ Public: false, TeamAccesses: [{ TeamId: ops }] });
    });
  });

  test("a Network that somebody gave by hand outlives the network's recreation, and one that fails", async () => {
    const inputs = { endpointId: 1, name: `${host.prefix}net` };
    const control = async () => {
      const url = `/endpoints/1/docker/networks/${inputs.name}`;
      const shown = await portainer<{ Portainer: { ResourceControl: Control } }>("GET", url);
      return shown.Portainer.ResourceControl;
    };
    await host.stack.up("Network", "net", inputs);
    await portainer("PUT", `/resource_controls/${(await control()).Id}`, { Public: true });
    await host.stack.up("Network", "net", { ...inputs, labels: { a: "1" } });
    expect(await control()).toMatchObject({ Public: true });
    const { body: bridge } = await engineApi("GET", "/networks/bridge");
    const taken = { ipam: { config: [{ subnet: valueAt(bridge, "IPAM.Config.0.Subnet") }] } };
    await expect(host.stack.up("Network", "net", { ...inputs, ...taken })).rejects.toThrow("as before");
    expect(await control()).toMatchObject({ Public: true });
  });
});
