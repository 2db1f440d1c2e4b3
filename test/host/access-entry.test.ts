import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { formOf } from "../support/api";
import { ADMIN, freshHost } from "../support/fresh-host";
import { PASSWORD } from "../support/host";
import { eventually } from "../support/processes";
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

const makeUsers = async (count: number): Promise<number[]> => {
  const ids: number[] = [];
  for (let number = 1; number <= count; number += 1) {
    const user = await api("POST", "/users", { Username: `user-${number}`, Password: PASSWORD, Role: 2 });
    ids.push(user.Id);
  }
  return ids;
};

async function makeEndpoint(): Promise<number> {
  const form = formOf({ Name: "paris", EndpointCreationType: "1", URL: engine.url });
  return (await api("POST", "/endpoints", form)).Id;
}

interface Guarded {
  readonly UserAccessPolicies: Readonly<Record<string, object>>;
  readonly TeamAccessPolicies: Readonly<Record<string, object>>;
  readonly Namespaces?: readonly string[];
}
interface Setting {
  readonly type: string;
  /** The inputs that name the object. */
  readonly object: Readonly<Record<string, number>>;
  readonly id: string;
  now(): Promise<Guarded>;
  set(guard: object): Promise<unknown>;
  /** How the object is read and written. */
  readonly requests: readonly [read: string, write: string];
}

/** Objects to whose access entries are added. */
const SETTINGS: Readonly<Record<string, () => Promise<Setting>>> = {
  async EndpointAccess() {
    const id = await makeEndpoint();
    return {
      type: "EndpointAccess",
      object: { endpointId: id },
      id: String(id),
      now: () => api("GET", `/endpoints/${id}`),
      set: (guard) => api("PUT", `/endpoints/${id}`, guard),
      requests: [`GET /endpoints/${id}`, `PUT /endpoints/${id}`],
    };
  },
  async EndpointGroupAccess() {
    const { Id: id } = await api("POST", "/endpoint_groups", { Name: "shops" });
    return {
      type: "EndpointGroupAccess",
      object: { groupId: id },
      id: String(id),
      now: () => api("GET", `/endpoint_groups/${id}`),
      set: (guard) => api("PUT", `/endpoint_groups/${id}`, guard),
      requests: [`GET /endpoint_groups/${id}`, `PUT /endpoint_groups/${id}`],
    };
  },
  async RegistryAccess() {
    const endpointId = await makeEndpoint();
    const body = { Name: "images", Type: 3, URL: "images.example.com", Authentication: false };
    const { Id: id } = await api("POST", "/registries", body);
    return {
      type: "RegistryAccess",
      object: { registryId: id, endpointId },
      id: `${id}/${endpointId}`,
      now: async () => {
        const registry = await api<{ RegistryAccesses: Record<string, Guarded> }>("GET", `/registries/${id}`);
        return registry.RegistryAccesses?.[endpointId] ?? { UserAccessPolicies: {}, TeamAccessPolicies: {} };
      },
      set: (guard) => api("PUT", `/endpoints/${endpointId}/registries/${id}`, guard),
      requests: [`GET /registries/${id}`, `PUT /endpoints/${endpointId}/registries/${id}`],
    };
  },
};

const keys = (policies: object | null | undefined) => Object.keys(policies ?? {}).map(Number);

describe.each(Object.keys(SETTINGS))("%s", (name) => {
  let setting: Setting;
  const up = (resource: string, inputs: object) =>
    host.stack.up(setting.type, resource, { ...setting.object, ...inputs });

  beforeEach(async () => {
    setting = await (SETTINGS[name] as NonNullable<(typeof SETTINGS)[string]>)();
  });

  test("adds one entry, keeps all others, and takes away its own", async () => {
    const [alice = 0, bela = 0] = await makeUsers(2);
    const team = await api("POST", "/teams", { Name: "Ops" });
    await setting.set({ UserAccessPolicies: { [bela]: { RoleId: 0 } }, TeamAccessPolicies: {} });
    const [read, write] = setting.requests;
    await api("GET", "/tags");
    expect(await asked(() => up("alice", { user: alice }))).toEqual([read, write, read]);
    await up("ops", { team: "ops" });
    const now = await setting.now();
    expect(keys(now.UserAccessPolicies).sort()).toEqual([alice, bela].sort());
    expect(keys(now.TeamAccessPolicies)).toEqual([team.Id]);
    expect(host.stack.entry("ops").id).toBe(`${setting.id}/team/${team.Id}`);

    expect(await asked(() => host.stack.refresh("ops"))).toEqual([read]);
    expect(await asked(() => up("ops", { team: "Ops" }))).toEqual([]);
    await host.stack.destroy("alice");
    await host.stack.destroy("ops");
    const after = await setting.now();
    expect(keys(after.UserAccessPolicies)).toEqual([bela]);
    expect(keys(after.TeamAccessPolicies)).toEqual([]);
  });

  test("ends with all of thirty that one `up` adds, by few writes, and with none when they go", async () => {
    const users = await makeUsers(30);
    const requests = await asked(() => Promise.all(users.map((user) => up(`user-${user}`, { user }))));
    expect(keys((await setting.now()).UserAccessPolicies).sort()).toEqual([...users].sort());
    const writes = requests.filter((request) => request === setting.requests[1]);
    expect(writes.length).toBeLessThanOrEqual(3);
    await Promise.all(users.map((user) => host.stack.destroy(`user-${user}`)));
    expect(keys((await setting.now()).UserAccessPolicies)).toEqual([]);
  });

  test("ends with the entries of two programs that run at once", async () => {
    const users = await makeUsers(10);
    const first = host.stack.plugin;
    const inputs = (user: number) => ({ ...setting.object, user });
    await using _second = await host.switchTo(ADMIN);
    const second = host.stack.plugin;
    const create = async (plugin: typeof first, user: number) => {
      const news = { ...inputs(user), __provider: setting.type, __urn: `urn:pulumi:dev::p::t::user-${user}` };
      return await plugin.create({ ...news, ...providerOf(setting.type) });
    };
    await Promise.all(users.map((user, index) => create(index % 2 === 0 ? first : second, user)));
    expect(keys((await setting.now()).UserAccessPolicies).sort()).toEqual([...users].sort());
  });

  test("is there again when somebody has written an older list over it", async () => {
    const [alice = 0] = await makeUsers(1);
    const creating = up("alice", { user: alice });
    await eventually(async () => keys((await setting.now()).UserAccessPolicies).includes(alice));
    await setting.set({ UserAccessPolicies: {}, TeamAccessPolicies: {} });
    await creating;
    expect(keys((await setting.now()).UserAccessPolicies)).toEqual([alice]);
  });

  test("is found gone, and comes back", async () => {
    const [alice = 0] = await makeUsers(1);
    await up("alice", { user: "user-1" });
    await setting.set({ UserAccessPolicies: {}, TeamAccessPolicies: {} });
    expect(await host.stack.refresh("alice")).toBe(false);
    expect(await up("alice", { user: "user-1" })).toBe("create");
    expect(keys((await setting.now()).UserAccessPolicies)).toEqual([alice]);
  });

  test("is not taken unasked", async () => {
    const [alice = 0] = await makeUsers(1);
    await setting.set({ UserAccessPolicies: { [alice]: { RoleId: 0 } }, TeamAccessPolicies: {} });
    const refused = await asked(() =>
      expect(up("alice", { user: alice })).rejects.toThrow(/has access to .* already.*`adopt: "matching"`/s),
    );
    expect(refused.filter((request) => !request.startsWith("GET"))).toEqual([]);
    await using _next = await host.switchTo(ADMIN);
    expect(await up("bela", { user: alice, adopt: "matching" })).toBe("create");
  });

  test("is declared once in a program, also where both are made in one step", async () => {
    const [alice = 0] = await makeUsers(1);
    const outcomes = await Promise.allSettled([up("one", { user: alice }), up("two", { user: "user-1" })]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    expect(String(refused?.reason)).toMatch(/is "(one|two)" in this stack already/);
  });

  test("is in the state when its effect could not be seen, and the next `up` finishes it", async () => {
    const [alice = 0] = await makeUsers(1);
    const [read = "", write] = setting.requests;
    const path = `/api${read.replace("GET ", "")}`;
    const creating = up("alice", { user: alice });
    await eventually(async () =>
      host.server
        .requests()
        .some((request) => `${request.method} ${request.path}` === write?.replace(" ", " /api")),
    );
    host.server.fail({ path, method: "GET", times: 3, with: 503 });
    await expect(creating).rejects.toThrow();
    expect(host.stack.entry("alice").id).toBe(`${setting.id}/user/${alice}`);
    await setting.set({ UserAccessPolicies: {}, TeamAccessPolicies: {} });
    expect(await up("alice", { user: alice })).toBe("update");
    expect(keys((await setting.now()).UserAccessPolicies)).toEqual([alice]);
  });

  test("is added although the answer was lost", async () => {
    const [alice = 0] = await makeUsers(1);
    const [, write = ""] = setting.requests;
    host.server.fail({
      path: `/api${write.replace("PUT ", "")}`,
      method: "PUT",
      times: 1,
      with: "reset-after",
    });
    await up("alice", { user: alice });
    expect(keys((await setting.now()).UserAccessPolicies)).toEqual([alice]);
  });

  test.each<[string, object, RegExp]>([
    ["nobody", {}, /says nobody: give `user` or `team`/],
    ["a user and a team", { user: 1, team: 2 }, /takes only one of `user` or `team`/],
    ["an unknown user", { user: "nobody" }, /there is no user "nobody"/],
  ])("refuses %s before anything is written", async (_what, inputs, refusal) => {
    const requests = await asked(() => expect(up("it", inputs)).rejects.toThrow(refusal));
    expect(requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  test("is refused to a standard user in one sentence", async () => {
    const [alice = 0] = await makeUsers(1);
    await using _alice = await host.switchTo({ username: "user-1", password: PASSWORD });
    await expect(up("it", { user: alice })).rejects.toThrow(
      setting.type === "RegistryAccess"
        ? /only an administrator may manage who uses a registry/
        : /403|administrator|denied/i,
    );
  });
});

test("a namespace of Kubernetes may pull from a registry", async () => {
  const setting = await (SETTINGS["RegistryAccess"] as () => Promise<Setting>)();
  await host.stack.up("RegistryAccess", "shop", { ...setting.object, namespace: "shop" });
  expect((await setting.now()).Namespaces).toEqual(["shop"]);
  expect(await host.stack.refresh("shop")).toBe(true);
  await host.stack.destroy("shop");
  expect((await setting.now()).Namespaces).toEqual([]);
});

test("an entry that moves into the whole list is forgotten, and nobody loses access", async () => {
  const [alice = 0] = await makeUsers(1);
  const { up, destroy } = host.stack;
  await up.call(host.stack, "EndpointGroup", "group", { name: "stores" });
  const groupId = host.stack.entry("group").id;
  await up.call(host.stack, "EndpointGroupAccess", "alice", { groupId, user: alice });
  await using _next = await host.switchTo(ADMIN);
  await up.call(host.stack, "EndpointGroup", "group", { name: "stores", access: { users: [alice] } });
  await destroy.call(host.stack, "alice");
  await host.heard("alice", /is managed now: this entry is forgotten/);
  const now = await api<Guarded>("GET", `/endpoint_groups/${groupId}`);
  expect(keys(now.UserAccessPolicies)).toEqual([alice]);
});

describe("a whole list and an entry of the same object", () => {
  test.each([
    ["Endpoint", "EndpointAccess", "endpointId", () => ({ name: "lyon", url: engine.url })],
    ["EndpointGroup", "EndpointGroupAccess", "groupId", () => ({ name: "stores" })],
  ] as const)(
    "of an %s are refused in the preview, whichever comes first",
    async (whole, entry, key, args) => {
      const [alice = 0] = await makeUsers(1);
      const all = { ...args(), access: { users: [alice] } };
      await host.stack.up(whole, "object", all);
      const inputs = { [key]: host.stack.entry("object").id, user: alice };
      const refusal = /`access` of "object" is the whole list of who may use it, and "it" is one entry/;
      await expect(host.stack.preview(entry, "it", inputs)).rejects.toThrow(refusal);
      await expect(host.stack.preview(whole, "object", all)).rejects.toThrow(refusal);
      expect(await host.stack.preview(whole, "object", args())).not.toBe("same");
      await host.stack.preview(entry, "it", inputs);
    },
  );
});

const providerOf = (type: string) => ({
  __provider: `exports.handler=()=>require("pulumi-portainer/provider").${type};`,
});
