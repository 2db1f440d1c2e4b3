import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Endpoint, EndpointGroup } from "../../contract";
import { freshHost } from "../support/fresh-host";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";

let engine: TinyEngine;

const host = freshHost();
const { api, asked } = host;

beforeAll(async () => {
  engine = await startTinyEngine();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

const group = (id: string) => api<EndpointGroup>("GET", `/endpoint_groups/${id}`);

async function makePeople() {
  const alice = await api("POST", "/users", { Username: "alice", Password: "alice-in-a-hurry", Role: 2 });
  const ops = await api("POST", "/teams", { Name: "Ops" });
  const red = await api<{ ID: number }>("POST", "/tags", { Name: "red" });
  return { alice: alice.Id, ops: ops.Id, red: red.ID };
}

describe("an EndpointGroup", () => {
  test("has tags by id, and users and teams by name, id or resource", async () => {
    const { alice, ops, red } = await makePeople();
    const args = { tagIds: [red], access: { users: ["Alice"], teams: [String(ops)] } };
    await host.stack.up("EndpointGroup", "shops", args);
    expect(await group(host.stack.entry("shops").id)).toMatchObject({
      Name: "shops",
      TagIds: [red],
      UserAccessPolicies: { [alice]: {} },
      TeamAccessPolicies: { [ops]: {} },
    });
    expect(await host.stack.refresh("shops")).toBe(true);
    expect(await asked(() => host.stack.up("EndpointGroup", "shops", args))).toEqual([]);
    const others = { tagIds: [String(red), red], access: { users: ["ALICE", "alice"], teams: [ops] } };
    expect(await host.stack.preview("EndpointGroup", "shops", others)).toBe("same");
  });

  test("sends one request more for access, reads it in the same one, and names cost a look-up each", async () => {
    const { alice } = await makePeople();
    const { up } = host.stack;
    const args = { access: { users: [alice] } };
    await host.stack.up("Tag", "first", {});
    expect(await asked(() => up.call(host.stack, "EndpointGroup", "shops", args))).toEqual([
      "GET /endpoint_groups",
      "POST /endpoint_groups",
      "PUT /endpoint_groups/2",
    ]);
    expect(await asked(() => host.stack.refresh("shops"))).toEqual(["GET /endpoint_groups/2"]);
    expect(
      await asked(() => host.stack.up("EndpointGroup", "shops", { access: { users: ["alice"] } })),
    ).toEqual(["GET /users", "GET /endpoint_groups/2", "PUT /endpoint_groups/2"]);
    expect(
      await asked(() =>
        host.stack.up("EndpointGroup", "shops", { access: { users: ["alice"] }, description: "x" }),
      ),
    ).toEqual(["GET /users", "PUT /endpoint_groups/2"]);
    expect(await asked(() => host.stack.up("EndpointGroup", "none", { access: { users: [] } }))).toEqual([
      "GET /endpoint_groups",
      "POST /endpoint_groups",
    ]);
  });

  test("keeps what the program does not manage: its environments, access, tags and description", async () => {
    const { alice, ops, red } = await makePeople();
    await host.stack.up("EndpointGroup", "shops", { description: "ours" });
    const { id } = host.stack.entry("shops");
    await host.stack.up("Endpoint", "paris", { url: engine.url });
    const environment = host.stack.entry("paris").id;
    await api("PUT", `/endpoint_groups/${id}/endpoints/${environment}`);
    const byHand = {
      TagIDs: [red],
      UserAccessPolicies: { [alice]: { RoleId: 4 } },
      TeamAccessPolicies: { [ops]: { RoleId: 3 } },
    };
    await api("PUT", `/endpoint_groups/${id}`, byHand);
    expect(await host.stack.refresh("shops")).toBe(true);
    expect(await host.stack.up("EndpointGroup", "shops", { name: "stores", description: "ours" })).toBe(
      "update",
    );
    expect(await group(id)).toMatchObject({
      Name: "stores",
      TagIds: [red],
      UserAccessPolicies: { [alice]: { RoleId: 4 } },
      TeamAccessPolicies: { [ops]: { RoleId: 3 } },
    });
    expect((await api<Endpoint>("GET", `/endpoints/${environment}`)).GroupId).toBe(Number(id));

    // Somebody else changes the description while this program changes the tags: it overwrites that alone which it changes.
    await api("PUT", `/endpoint_groups/${id}`, { Description: "theirs" });
    await host.stack.up("EndpointGroup", "shops", { name: "stores", description: "ours", tagIds: [] });
    expect(await group(id)).toMatchObject({ Description: "theirs", TagIds: [] });
    // A user who keeps access keeps the role; the list of teams is not in the program and stays.
    await host.stack.up("EndpointGroup", "shops", { name: "stores", access: { users: [alice, 1] } });
    expect(await group(id)).toMatchObject({
      UserAccessPolicies: { [alice]: { RoleId: 4 }, "1": { RoleId: 0 } },
      TeamAccessPolicies: { [ops]: { RoleId: 3 } },
    });
  });

  test("loses tags and access that the program no longer sets, and keeps the description, which Portainer cannot clear", async () => {
    const { alice, ops, red } = await makePeople();
    const access = { users: [alice], teams: [ops] };
    await host.stack.up("EndpointGroup", "shops", { description: "ours", tagIds: [red], access });
    const { id } = host.stack.entry("shops");
    expect(await host.stack.up("EndpointGroup", "shops", { access: { users: [alice] } })).toBe("update");
    expect(await group(id)).toMatchObject({
      Description: "ours",
      TagIds: [],
      UserAccessPolicies: { [alice]: {} },
      TeamAccessPolicies: {},
    });
    expect(await host.stack.up("EndpointGroup", "shops", {})).toBe("update");
    expect(await group(id)).toMatchObject({ UserAccessPolicies: {}, TeamAccessPolicies: {} });
    expect(await host.stack.refresh("shops")).toBe(true);
    expect(await host.stack.up("EndpointGroup", "shops", {})).toBe("same");
    await expect(host.stack.up("EndpointGroup", "shops", { description: "" })).rejects.toThrow(
      "description: Portainer cannot clear a description: leave it out, or write another text",
    );
  });

  test.each<[string, object, () => object]>([
    ["name", { name: "drifted" }, () => ({ Name: "drifted" })],
    ["description", { description: "drifted" }, () => ({ Description: "drifted" })],
    ["tags", { tagIds: [] }, () => ({ TagIDs: [] })],
    [
      "users",
      { access: { users: ["admin", 77], teams: [] } },
      () => ({ UserAccessPolicies: { 1: {}, 77: {} } }),
    ],
    ["teams", { access: { users: ["admin"], teams: [77] } }, () => ({ TeamAccessPolicies: { 77: {} } })],
  ])("shows drift of its %s, and puts it right", async (_property, shown, drift) => {
    const { red } = await makePeople();
    const args = { description: "ours", tagIds: [red], access: { users: ["admin"], teams: [] } };
    await host.stack.up("EndpointGroup", "shops", args);
    const { id } = host.stack.entry("shops");
    await api("PUT", `/endpoint_groups/${id}`, drift());
    await host.stack.refresh("shops");
    expect(host.stack.outputs("shops")).toMatchObject(shown);
    expect(await host.stack.up("EndpointGroup", "shops", args)).toBe("update");
    expect(await group(id)).toMatchObject({
      Name: "shops",
      Description: "ours",
      TagIds: [red],
      UserAccessPolicies: { 1: {} },
      TeamAccessPolicies: {},
    });
  });

  test("refuses users and teams that are not there before it is made", async () => {
    await expect(host.stack.up("EndpointGroup", "shops", { access: { teams: ["nobody"] } })).rejects.toThrow(
      'access.teams: there is no team "nobody" on the server',
    );
    expect(await api<unknown[]>("GET", "/endpoint_groups")).toHaveLength(1);
  });

  test("is finished by the next up when its access could not be set", async () => {
    const { alice } = await makePeople();
    const args = { access: { users: [alice] } };
    host.server.fail({ path: "/api/endpoint_groups/2", method: "PUT", times: 1, with: { status: 500 } });
    await expect(host.stack.up("EndpointGroup", "shops", args)).rejects.toThrow(/500/);
    expect(host.stack.entry("shops").id).toBe("2");
    expect(host.stack.outputs("shops")).toMatchObject({ access: { users: [] } });
    expect(await host.stack.up("EndpointGroup", "shops", args)).toBe("update");
    expect(await group("2")).toMatchObject({ UserAccessPolicies: { [alice]: {} } });
  });

  test("adopts a group by its name, changing only what differs", async () => {
    const { alice, ops } = await makePeople();
    const { Id } = await api("POST", "/endpoint_groups", { Name: "shops", Description: "theirs" });
    await api("PUT", `/endpoint_groups/${Id}`, { TeamAccessPolicies: { [ops]: { RoleId: 3 } } });
    const args = { description: "ours", access: { users: [alice] } };
    await expect(host.stack.up("EndpointGroup", "shops", { ...args, adopt: "matching" })).rejects.toThrow(
      /is not as desired: it differs in description, access/,
    );
    await host.stack.up("EndpointGroup", "shops", { ...args, adopt: "replace" });
    expect(await group(String(Id))).toMatchObject({
      Description: "ours",
      UserAccessPolicies: { [alice]: {} },
      TeamAccessPolicies: { [ops]: { RoleId: 3 } },
    });
  });

  test("takes neither Portainer's own group, nor one of several with its name", async () => {
    await expect(
      host.stack.up("EndpointGroup", "it", { name: "Unassigned", adopt: "replace" }),
    ).rejects.toThrow(
      'the environment group "Unassigned" (id 1) cannot be taken: it is Portainer\'s own group, of all environments in no other. Choose another name.',
    );
    await api("POST", "/endpoint_groups", { Name: "shops" });
    await api("POST", "/endpoint_groups", { Name: "shops" });
    await expect(host.stack.up("EndpointGroup", "shops", { adopt: "matching" })).rejects.toThrow(
      /is on this server more than once \(ids 2, 3\)/,
    );
    expect(await host.stack.get("EndpointGroup", "unassigned", "1")).toMatchObject({ groupId: 1 });
  });

  test("is the group of an Endpoint, which goes back to Unassigned when it is destroyed", async () => {
    await host.stack.up("EndpointGroup", "shops", {});
    await host.stack.up("Endpoint", "paris", { url: engine.url, groupId: host.stack.entry("shops").id });
    const environment = () => api<Endpoint>("GET", `/endpoints/${host.stack.entry("paris").id}`);
    expect(await environment()).toMatchObject({ GroupId: 2 });
    await host.stack.destroy("shops");
    expect(await environment()).toMatchObject({ GroupId: 1 });
  });

  test("says to a standard user that only an administrator may manage groups, and is not taken for gone", async () => {
    await makePeople();
    await host.stack.up("EndpointGroup", "shops", {});
    await using _alice = await host.switchTo({ username: "alice", password: "alice-in-a-hurry" });
    const refusal = /Access denied\. Only an administrator may do this\./;
    await expect(host.stack.up("EndpointGroup", "other", {})).rejects.toThrow(refusal);
    await expect(host.stack.refresh("shops")).rejects.toThrow(refusal);
    await expect(host.stack.destroy("shops")).rejects.toThrow(refusal);
  });
});
