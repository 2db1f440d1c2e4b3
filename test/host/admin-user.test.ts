import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { freePort } from "../support/free-port";
import { type Host, PASSWORD, startHost } from "../support/host";
import { conceal, isSecret } from "../support/secrets";

const NEXT_PASSWORD = "battery-staple-8";

/** A server without an administrator, and one that has it; both without anything in between them. */
let virgin: Host;
let settled: Host;
beforeAll(async () => {
  virgin = await startHost({ isNew: true, settings: {} });
  settled = await startHost({ settings: {} });
});
beforeEach(async () => {
  for (const host of [virgin, settled]) {
    await host.reset();
  }
});
afterAll(async () => {
  await virgin[Symbol.asyncDispose]();
  await settled[Symbol.asyncDispose]();
});

/** Whether somebody can log in. */
async function logsIn({ url }: RunningServer, Username: string, Password: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/auth`, {
    method: "POST",
    body: JSON.stringify({ Username, Password }),
  });
  return answer.ok;
}

describe("the administrator of a new server", () => {
  test("is created, and logs in", async () => {
    const { stack, server } = virgin;
    expect(await stack.up("AdminUser", "admin", { password: PASSWORD })).toBe("create");
    expect(stack.entry("admin").id).toBe("1");
    expect(stack.outputs("admin")).toMatchObject({
      username: "admin",
      userId: 1,
      instanceId: expect.any(String),
    });
    expect(await logsIn(server, "admin", PASSWORD)).toBe(true);
  });

  test("has a secret password, and nothing secret in clear", async () => {
    const { stack } = virgin;
    await stack.up("AdminUser", "admin", { password: PASSWORD, setupToken: "a-setup-token" });
    const { inputs, outputs } = stack.entry("admin");
    for (const properties of [inputs, outputs]) {
      expect(isSecret(properties["password"])).toBe(true);
      expect(isSecret(properties["setupToken"])).toBe(true);
      expect(JSON.stringify(conceal(properties))).not.toMatch(/correct-horse|a-setup-token/);
    }
  });

  test("shows no difference, and asks nothing, when nothing has changed", async () => {
    const { stack, server } = virgin;
    await stack.up("AdminUser", "admin", { password: PASSWORD });
    const asked = server.requests().length;
    expect(await stack.up("AdminUser", "admin", { password: PASSWORD, username: "Admin" })).toBe("same");
    expect(await stack.up("AdminUser", "admin", { password: PASSWORD, startupTimeout: "2m" })).toBe("same");
    expect(server.requests()).toHaveLength(asked);
    expect(await stack.refresh("admin")).toBe(true);
    expect(await stack.up("AdminUser", "admin", { password: PASSWORD })).toBe("same");
  });

  test("may have another name", async () => {
    const { stack, server } = virgin;
    await stack.up("AdminUser", "root", { username: "root", password: PASSWORD });
    expect(await logsIn(server, "root", PASSWORD)).toBe(true);
  });

  test("is there although the answer was lost", async () => {
    const { stack, server } = virgin;
    server.fail({ method: "POST", path: "/api/users/admin/init", with: "reset-after" });
    expect(await stack.up("AdminUser", "admin", { password: PASSWORD })).toBe("create");
  });

  test("is not created with a password that is too short, and the server says why", async () => {
    await expect(virgin.stack.up("AdminUser", "admin", { password: "short" })).rejects.toThrow(
      /Password does not meet/,
    );
  });
});

describe("a server that is still starting", () => {
  test("§9.17 is waited for, with progress", async () => {
    await using host = await startHost({ isNew: true, settings: {} });
    const port = await freePort();
    const coming = host.stack.up("AdminUser", "admin", {
      password: PASSWORD,
      url: `http://127.0.0.1:${port}`,
    });
    await delay(11_000);
    await using late = await startServer({ port });
    expect(await coming).toBe("create");
    expect(await logsIn(late, "admin", PASSWORD)).toBe(true);
    expect(await host.heard("admin", /waiting for Portainer at .*: \d+ s/)).toMatchObject({
      ephemeral: true,
    });
  });

  test("is given up after the time that the program allows", async () => {
    const port = await freePort();
    const started = Date.now();
    await expect(
      virgin.stack.up("AdminUser", "admin", {
        password: PASSWORD,
        url: `http://127.0.0.1:${port}`,
        startupTimeout: 2,
      }),
    ).rejects.toThrow(/refused/);
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  test("is given up after customTimeouts, which say so", async () => {
    const port = await freePort();
    await expect(
      virgin.stack.up(
        "AdminUser",
        "admin",
        { password: PASSWORD, url: `http://127.0.0.1:${port}` },
        { customTimeouts: { create: "2s" } },
      ),
    ).rejects.toThrow(/gave up after 2s; customTimeouts: { create: "…" } allows more/);
  });
});

describe("the administrator of an initialised server", () => {
  test("is taken over with the right password, and nothing is changed", async () => {
    const { stack, server } = settled;
    expect(await stack.up("AdminUser", "admin", { password: PASSWORD })).toBe("create");
    const writes = server.requests().filter(({ method }) => method !== "GET");
    expect(writes.map(({ path }) => path)).toEqual(["/api/auth"]);
  });

  test("is not taken over with a wrong password, which is tried once", async () => {
    const { stack, server } = settled;
    await expect(stack.up("AdminUser", "admin", { password: NEXT_PASSWORD })).rejects.toThrow(
      /already initialised, and the password given for "admin" is not its password/,
    );
    expect(server.requests({ path: "/api/auth" })).toHaveLength(1);
    expect(stack.has("admin")).toBe(false);
  });

  test("is not somebody who is no administrator", async () => {
    const { stack, server } = settled;
    await fetch(`${server.url}/api/users`, {
      method: "POST",
      headers: { "x-api-key": server.apiKey ?? "" },
      body: JSON.stringify({ Username: "alice", Password: PASSWORD, Role: 2 }),
    });
    await expect(stack.up("AdminUser", "admin", { username: "alice", password: PASSWORD })).rejects.toThrow(
      /"alice" is a user of .*, but not an administrator/,
    );
  });
});

describe("a setup token", () => {
  test("is sent, from the resource or from the provider", async () => {
    await using host = await startHost({ isNew: true, setupToken: "4f2a", settings: {} });
    await expect(host.stack.up("AdminUser", "admin", { password: PASSWORD })).rejects.toThrow(/setupToken/);
    expect(await host.stack.up("AdminUser", "admin", { password: PASSWORD, setupToken: "4f2a" })).toBe(
      "create",
    );
    await host.reset();
    await using _provider = await host.switchTo({ setupToken: "4f2a" });
    expect(await host.stack.up("AdminUser", "admin", { password: PASSWORD })).toBe("create");
  });
});

describe("a change of the password", () => {
  test("is carried out in place, knowing only the old one", async () => {
    const { stack, server } = settled;
    await stack.up("AdminUser", "admin", { password: PASSWORD });
    expect(await stack.up("AdminUser", "admin", { password: NEXT_PASSWORD })).toBe("update");
    expect(await logsIn(server, "admin", NEXT_PASSWORD)).toBe(true);
    expect(stack.outputs("admin")["password"]).toBe(NEXT_PASSWORD);
  });

  test("that was done, with its answer lost, is done", async () => {
    const { stack, server } = settled;
    await stack.up("AdminUser", "admin", { password: PASSWORD });
    server.fail({ method: "PUT", path: "/api/users/1/passwd", with: "reset-after" });
    await expect(stack.up("AdminUser", "admin", { password: NEXT_PASSWORD })).rejects.toThrow(/passwd/);
    await using _next = await settled.switchTo({});
    expect(await stack.up("AdminUser", "admin", { password: NEXT_PASSWORD })).toBe("update");
    expect(await stack.refresh("admin")).toBe(true);
  });

  test("that somebody else made is noticed by a refresh, which keeps the state", async () => {
    const { stack, server } = settled;
    await stack.up("AdminUser", "admin", { password: PASSWORD });
    await changeOutside(server);
    await using _next = await settled.switchTo({});
    expect(await stack.refresh("admin")).toBe(true);
    expect(await settled.heard("admin", /was changed outside of Pulumi/)).toMatchObject({
      severity: "warning",
    });
    await expect(stack.up("AdminUser", "admin", { password: "a-third-password" })).rejects.toThrow(
      /neither the old nor the new password/,
    );
    expect(await stack.up("AdminUser", "admin", { password: NEXT_PASSWORD })).toBe("update");
  });
});

describe("a change of the name", () => {
  test("is carried out in place, together with the password", async () => {
    const { stack, server } = settled;
    await stack.up("AdminUser", "admin", { password: PASSWORD });
    const args = { username: "root", password: "staple-battery-7" };
    expect(await stack.up("AdminUser", "admin", args)).toBe("update");
    expect(await logsIn(server, "root", args.password)).toBe(true);
    expect(await stack.refresh("admin")).toBe(true);
    expect(await stack.up("AdminUser", "admin", args)).toBe("same");
  });
});

describe("the administrator", () => {
  test("stays on the server when it is destroyed, with a word about why", async () => {
    const { stack, server } = settled;
    await stack.up("AdminUser", "admin", { password: PASSWORD });
    await stack.destroy("admin");
    expect(await settled.heard("admin", /cannot delete its first administrator/)).toMatchObject({
      severity: "warning",
      ephemeral: false,
    });
    expect(await logsIn(server, "admin", PASSWORD)).toBe(true);
  });

  test("cannot be looked up by an id, and says so", async () => {
    await expect(settled.stack.get("AdminUser", "admin", "1")).rejects.toThrow(
      /declare it with its password/,
    );
  });
});

async function changeOutside(server: RunningServer): Promise<void> {
  await fetch(`${server.url}/api/users/1`, {
    method: "PUT",
    headers: { "x-api-key": server.apiKey ?? "" },
    body: JSON.stringify({ NewPassword: NEXT_PASSWORD }),
  });
}
