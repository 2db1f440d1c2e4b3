import { describe, expect, test } from "@jest/globals";
import type { ClientOptions } from "../../../../client";
import { type Directory, lookUp, ownAccount, requireKnown } from "../../../../provider/core/directory";
import { type Answer, connect, json, serve, type TestServer } from "../../client/kit";

const ADA = { Id: 3, Username: "ada", Role: 2 };
const LOGIN = { username: "Ada", password: "correct horse" };
const claims = Buffer.from(JSON.stringify({ id: 3, username: "ada", role: 2 })).toString("base64url");
const REFUSED = { message: "Permission denied to access users list", details: "Access denied to resource" };

interface Server {
  /** Who may list the users. */
  readonly isAdmin: boolean;
  /** 2.19 takes `me` for an id. */
  readonly knowsMe: boolean;
}

const portainer =
  ({ isAdmin, knowsMe }: Server): Answer =>
  (response, { url }) => {
    if (url === "/api/auth") return json(response, 200, { jwt: `head.${claims}.tail` });
    if (url === "/api/teams") return json(response, 200, [{ Id: 5, Name: "Ops" }]);
    if (url === "/api/users/me") {
      return knowsMe
        ? json(response, 200, ADA)
        : json(response, 400, { message: "Invalid user identifier route variable", details: "me" });
    }
    return isAdmin
      ? json(response, 200, [{ Id: 1, Username: "admin", Role: 1 }, ADA])
      : json(response, 403, REFUSED);
  };

const paths = ({ requests }: TestServer) => requests.map(({ url }) => url.replace("/api", ""));

async function look(
  server: Server,
  subjects: Parameters<typeof lookUp>[1],
  options: Partial<ClientOptions> = {},
): Promise<{ directory: Directory; asked: string[] }> {
  await using running = await serve(portainer(server));
  await using client = connect(running.url, options);
  return { directory: await lookUp(client, subjects), asked: paths(running) };
}

const OLD_ADMIN = { isAdmin: true, knowsMe: false };
const OLD_USER = { isAdmin: false, knowsMe: false };
const NEW_USER = { isAdmin: false, knowsMe: true };

describe("the ids behind names", () => {
  test("are asked for once for each kind, whatever the case", async () => {
    const { directory, asked } = await look(OLD_ADMIN, { users: ["ADA", "admin", 7], teams: ["ops", "9"] });
    expect(["ADA", "admin", 7].map((entry) => directory.idOf("users", entry))).toEqual([3, 1, 7]);
    expect(["ops", "9"].map((entry) => directory.idOf("teams", entry))).toEqual([5, 9]);
    expect(asked.sort()).toEqual(["/teams", "/users"]);
  });

  test("are not asked for where there are only ids", async () => {
    expect((await look(OLD_USER, { users: [7, "8"], teams: [] })).asked).toEqual([]);
    expect((await look(OLD_USER, undefined)).asked).toEqual([]);
  });

  test.each<[string, Server, Partial<ClientOptions>, string[]]>([
    ["a login on 2.19", OLD_USER, { credentials: LOGIN }, ["/auth", "/users"]],
    ["a login", NEW_USER, { credentials: LOGIN }, ["/auth", "/users"]],
    ["an API key", NEW_USER, {}, ["/users", "/users/me"]],
  ])("need no list for the own name of %s", async (_who, server, options, expected) => {
    const { directory, asked } = await look(server, { users: ["ada"] }, options);
    expect(directory.idOf("users", "ADA")).toBe(3);
    expect(asked).toEqual(expected);
  });

  test.each<[string, Server, Partial<ClientOptions>, string]>([
    ["a login on 2.19", OLD_USER, { credentials: LOGIN }, '"ada" is neither'],
    ["an API key on 2.19", OLD_USER, {}, "the user of this API key is neither"],
    ["an API key", NEW_USER, {}, '"ada" is neither'],
  ])("cannot be had of others by %s, and the error says that ids can", async (_who, server, options, who) => {
    await expect(look(server, { users: ["ada", "grace"] }, options)).rejects.toThrow(
      `access.users: only administrators and leaders of teams may look up the id of "${who.includes("key") ? "ada" : "grace"}", and ${who}: give the id itself, which needs no look-up`,
    );
  });

  test.each([
    [{ users: ["nobody"] }, 'access.users: there is no user "nobody" on the server'],
    [{ teams: ["nobodies"] }, 'access.teams: there is no team "nobodies" on the server'],
  ])("%j is refused where there is none", async (subjects, said) => {
    const { directory } = await look(OLD_ADMIN, subjects);
    expect(() => requireKnown(subjects, directory)).toThrow(said);
  });
});

test.each<[string, Server, Partial<ClientOptions>, number | undefined, string[]]>([
  ["by the token of a login", OLD_USER, { credentials: LOGIN }, 3, ["/auth"]],
  ["by asking with an API key", NEW_USER, {}, 3, ["/users/me"]],
  ["in no way with an API key on 2.19", OLD_USER, {}, undefined, ["/users/me"]],
])("one's own account is known %s", async (_how, server, options, id, asked) => {
  await using running = await serve(portainer(server));
  await using client = connect(running.url, options);
  expect((await ownAccount(client))?.id).toBe(id);
  expect(paths(running)).toEqual(asked);
});
