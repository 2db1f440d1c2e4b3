import { describe, expect, jest, test } from "@jest/globals";
import { createSigner } from "fast-jwt";
import { contract, type Route } from "../../contract";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";
import { type Actor, form, PASSWORD, startWorld, useWorld, type World } from "./kit";

// A world hashes a dozen passwords, which takes a busy machine its time.
jest.setTimeout(30_000);

/**
 * Every route of the contract, asked by everybody. Only access is judged: who may pass is answered by the handler,
 * whatever it says of a request that carries next to nothing.
 */
let engine: TinyEngine;
let now = Date.now();
/** What would let somebody in somewhere: for nobody to see. */
const SECRETS = ["ldap-secret", "oauth-secret"];
/** What whoever may not use an environment has no business with. */
const HIDDEN = ["hidden-environment", "hidden-group", "hidden-registry", "hidden-template"];
/** Tokens and keys that were good once. */
const stale = { expired: "", revoked: "", key: "" };

const world = useWorld(async (use) => {
  engine = use(await startTinyEngine());
  const world = await startWorld({ clock: { now: () => now } });
  const { admin } = world;
  await admin("POST", "/endpoint_groups", { Name: "hidden-group" });
  const environment = {
    Name: "hidden-environment",
    EndpointCreationType: "1",
    URL: engine.url,
    GroupID: "2",
  };
  await admin("POST", "/endpoints", form(environment));
  await admin("POST", "/tags", { Name: "a" });
  await admin("POST", "/registries", {
    Name: "hidden-registry",
    Type: 3,
    URL: "r.example.com",
    Authentication: true,
    Username: "u",
    Password: "registry-secret",
  });
  await admin("POST", "/custom_templates/create/string", {
    Title: "hidden-template",
    Description: "d",
    Platform: 1,
    Type: 2,
    FileContent: "services: {}",
  });
  const hook = await admin<{ Token: string }>("POST", "/webhooks", {
    ResourceID: "service",
    EndpointID: 1,
    WebhookType: 1,
  });
  HIDDEN.push(hook.Token);
  await admin("PUT", "/settings", {
    LDAPSettings: { Password: "ldap-secret" },
    OAuthSettings: { ClientSecret: "oauth-secret" },
  });
  Object.assign(stale, await usedUp(world));
  return world;
});

/** An administrator's token that has expired, one that was logged out, and the key of a user who is gone. */
async function usedUp({ admin, send }: World): Promise<typeof stale> {
  const login = async (Username: string) => {
    const answer = await send({ method: "POST", path: "/auth", body: { Username, Password: PASSWORD } });
    return ((await answer.json()) as { jwt: string }).jwt;
  };
  await admin("PUT", "/settings", { UserSessionTimeout: "1s" });
  const expired = await login("admin");
  await admin("PUT", "/settings", { UserSessionTimeout: "8h" });
  const revoked = await login("admin");
  await send({ as: `raw:Bearer ${revoked}`, method: "POST", path: "/auth/logout" });
  const { Id } = await admin<{ Id: number }>("POST", "/users", {
    Username: "gone",
    Password: PASSWORD,
    Role: 1,
  });
  const key = await send({
    as: `raw:Bearer ${await login("gone")}`,
    method: "POST",
    path: `/users/${Id}/tokens`,
    body: { description: "gone", password: PASSWORD },
  });
  const { rawAPIKey } = (await key.json()) as { rawAPIKey: string };
  await admin("DELETE", `/users/${Id}`);
  now += 5_000;
  return { expired, revoked, key: rawAPIKey };
}

const routes: [string, Route][] = Object.entries(contract).flatMap(([entity, operations]) =>
  Object.entries(operations)
    // It ends the session that asks, which the rest of the list needs; auth.test.ts has it.
    .filter(([, route]) => route !== contract.auth.logout)
    .map(([name, route]): [string, Route] => [`${entity}.${name}`, route as Route]),
);

/** A delete that worked would end the test's own world, so it goes to an id that is not there. */
const pathOf = ({ method, path }: Route): string =>
  path.replace(/:(\w+)/g, (_, name: string) => {
    if (name === "file") return "ca";
    return method === "DELETE" || name === "token" ? "99" : "1";
  });

interface Role {
  readonly name: string;
  readonly as: () => Actor;
  readonly headers?: () => Record<string, string>;
  /** The status that refuses this role, if it is refused before the handler. */
  readonly may: (route: Route) => number | undefined;
}

/** Well made, by who does not know the secret. */
const FOREIGN = createSigner({ algorithm: "HS256", key: "another" })({
  id: 1,
  username: "admin",
  role: 1,
  iat: Math.floor(Date.now() / 1000),
  exp: 4e9,
});

const ROLES: Role[] = [
  { name: "nobody", as: () => "nobody", may: unauthenticated },
  { name: "a bad token", as: () => "raw:Bearer bad", may: unauthenticated },
  {
    name: "a bad key",
    as: () => "nobody",
    headers: () => ({ "x-api-key": "ptr_bad" }),
    may: unauthenticated,
  },
  { name: "a token of another server", as: () => `raw:Bearer ${FOREIGN}`, may: unauthenticated },
  { name: "an expired token", as: () => `raw:Bearer ${stale.expired}`, may: unauthenticated },
  { name: "a token that was logged out", as: () => `raw:Bearer ${stale.revoked}`, may: unauthenticated },
  {
    name: "the key of a user who is gone",
    as: () => "nobody",
    headers: () => ({ "x-api-key": stale.key }),
    may: unauthenticated,
  },
  { name: "a standard user", as: () => "alice", may: standard },
  { name: "a standard user's key", as: () => "key:alice", may: standard },
  { name: "a team leader", as: () => "leader", may: leader },
  { name: "a team leader's key", as: () => "key:leader", may: leader },
  { name: "an administrator", as: () => "admin", may: () => undefined },
  { name: "an administrator's key", as: () => "key:admin", may: () => undefined },
];

function unauthenticated({ access }: Route): number | undefined {
  return access === "public" ? undefined : 401;
}

function standard({ access }: Route): number | undefined {
  return access === "administrator" || access === "teamLeader" ? 403 : undefined;
}

function leader({ access }: Route): number | undefined {
  return access === "administrator" ? 403 : undefined;
}

/** What the handlers themselves say to a standard user who asks with nothing but a path. */
const TO_A_USER: Readonly<Record<string, number>> = {
  "users.list": 403,
  "users.get": 403,
  "users.memberships": 403,
  "apiKeys.list": 403,
  "apiKeys.delete": 403,
  "endpoints.get": 403,
  "engines.dashboard": 403,
  "engines.images": 403,
  "engines.gpus": 403,
  // Portainer has it so: the environment is not named.
  "registries.get": 500,
  "dockerHub.limits": 403,
  "stacks.get": 404,
  "stacks.file": 404,
  "stacks.delete": 404,
  "customTemplates.get": 403,
  "customTemplates.delete": 404,
  "appTemplates.list": 500,
  "webhooks.delete": 403,
};
const FOR_EVERY_USER = new Set([
  ...["version", "versionOld", "info", "nodes", "nodesOld"].map((name) => `status.${name}`),
  ...["users.me", "teams.list", "tags.list", "endpointGroups.list", "endpoints.list"],
  ...["endpoints.agentVersions", "registries.listOfEndpoint", "dockerHub.get", "stacks.list"],
  ...["customTemplates.list", "customTemplates.file", "webhooks.list", "motd.get"],
]);

test.each(
  routes.filter(
    ([, { method, access }]) =>
      (method === "GET" || method === "DELETE") && (access === "authenticated" || access === "restricted"),
  ),
)("what is told a standard user of %s is decided", async (name, route) => {
  for (const as of ["alice", "key:alice"] as const) {
    const { status } = await world.send({ as, method: route.method, path: pathOf(route) });
    expect(status).toBe(FOR_EVERY_USER.has(name) ? 200 : TO_A_USER[name]);
  }
});

const DENIED = {
  401: /A valid authorization token is missing|Invalid JWT token/,
  403: /Access denied/,
} as const;

describe.each(ROLES)("$name", ({ as, headers, may }) => {
  test.each(routes)("%s", async (_name, route) => {
    const refusal = may(route);
    const request = {
      as: as(),
      method: route.method,
      path: pathOf(route),
      ...(headers && { headers: headers() }),
    };
    const answer = await world.send(request);
    const text = await answer.text();
    if (refusal === 401 || refusal === 403) {
      expect({ status: answer.status, text }).toMatchObject({ status: refusal });
      expect(text).toMatch(DENIED[refusal]);
    } else {
      expect(answer.status).not.toBe(405);
      expect(text).not.toMatch(
        /A valid authorization token is missing|"message":"Access denied","details":"Unauthorized"/,
      );
    }
    expect(text).not.toMatch(/\$2[aby]\$|PasswordHash|"digest"/);
    const isAdmin = as() === "admin" || as() === "key:admin";
    for (const word of [...SECRETS, ...(isAdmin ? [] : [...HIDDEN, "registry-secret"])])
      expect(text).not.toContain(word);
  });
});

test.each(routes)("%s has no path that ends with a slash", async (_name, { method, path }) => {
  const inside = path.replace(/:file/g, "ca").replace(/:\w+/g, "1");
  // Where the last part is a parameter, nothing is no value of it.
  for (const wrong of [`${inside}/`, path.replace(/:\w+$/, "").replace(/:\w+/g, "1")]) {
    if (!wrong.endsWith("/")) continue;
    const answer = await world.send({ as: "admin", method, path: wrong });
    expect([answer.status, await answer.text()]).toEqual([404, "404 page not found\n"]);
  }
});

test("declares something of every route, and says by what it was verified", () => {
  for (const [name, route] of routes)
    expect([name, route.summary.length > 10, route.verified]).not.toContain(false);
});
