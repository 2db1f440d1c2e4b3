import { expect, test } from "@jest/globals";
import { isApiError, isLoginError } from "../../../client";
import {
  type Answer,
  API_KEY,
  always,
  connect,
  failure,
  json,
  type Seen,
  STATUS,
  serve,
  type TestServer,
  USER,
} from "./kit";

const credentials = { username: "ada", password: "correct horse" };

/** Hands out token-1, token-2, … and takes only those that `valid` says. */
function portainer(valid: (token: string) => boolean = () => true): Answer {
  let issued = 0;
  return (response, { url, headers }) => {
    if (url === "/api/auth") {
      issued += 1;
      return json(response, 200, { jwt: `token-${issued}` });
    }
    const token = headers.authorization?.replace("Bearer ", "") ?? "";
    return valid(token) ? json(response, 200, USER) : json(response, 401, UNAUTHORIZED);
  };
}

const UNAUTHORIZED = { message: "Invalid JWT token", details: "Unauthorized" };

function logins({ requests }: TestServer): Seen[] {
  return requests.filter(({ url }) => url === "/api/auth");
}

test("logs in at the first call that needs it, and not before", async () => {
  await using server = await serve((response, request) =>
    request.url === "/api/status" ? json(response, 200, STATUS) : portainer()(response, request),
  );
  await using client = connect(server.url, { credentials });

  await client.status.get();
  expect(logins(server)).toHaveLength(0);
  await client.users.me();
  expect(JSON.parse(String(logins(server)[0]?.body))).toEqual({ Username: "ada", Password: "correct horse" });
  expect(server.requests.at(-1)?.headers.authorization).toBe("Bearer token-1");
});

test("§9.18 logs in once for thirty calls that begin at once", async () => {
  await using server = await serve(portainer());
  await using client = connect(server.url, { credentials });

  await Promise.all(Array.from({ length: 30 }, () => client.users.me()));
  expect(logins(server)).toHaveLength(1);
  expect(server.requests).toHaveLength(31);
});

test("sends an API key and never an Authorization header beside it", async () => {
  await using server = await serve(always(200, USER));
  await using client = connect(server.url);

  await client.users.me();
  expect(server.requests[0]?.headers).toMatchObject({ "x-api-key": API_KEY });
  expect(server.requests[0]?.headers).not.toHaveProperty("authorization");
});

test("sends no credentials to a public route", async () => {
  await using server = await serve(always(200, STATUS));
  await using client = connect(server.url);

  await client.status.get();
  expect(server.requests[0]?.headers).not.toHaveProperty("x-api-key");
});

test("sends credentials to a public route if told to", async () => {
  await using server = await serve(always(200, STATUS));
  await using client = connect(server.url);

  await client.status.get({}, { authenticate: true });
  expect(server.requests[0]?.headers).toHaveProperty("x-api-key", API_KEY);
});

test("works without credentials on public routes, and says on others what is missing", async () => {
  await using server = await serve(always(200, STATUS));
  await using client = connect(server.url, { credentials: undefined });

  await client.status.get();
  const error = await failure(client.users.get({ params: { id: 3 } }));
  expect(isLoginError(error)).toBe(true);
  expect(error.message).toBe(
    "GET /api/users/3 needs credentials, and the client has none: give it an apiKey, or a username and a password.",
  );
  expect(server.requests).toHaveLength(1);
});

test("logs in again when the token has expired, once for all calls", async () => {
  await using server = await serve(portainer((token) => token === "token-2"));
  await using client = connect(server.url, { credentials });

  const users = await Promise.all(Array.from({ length: 10 }, () => client.users.me()));
  expect(users).toHaveLength(10);
  expect(logins(server)).toHaveLength(2);
});

test("repeats a write after a new login, because a refused one was not done", async () => {
  await using server = await serve(portainer((token) => token === "token-2"));
  await using client = connect(server.url, { credentials });

  await client.users.update({ params: { id: 3 }, body: { Username: "grace" } });
  expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "POST /api/auth",
    "PUT /api/users/3",
    "POST /api/auth",
    "PUT /api/users/3",
  ]);
});

test("logs in again only once for a call", async () => {
  await using server = await serve(portainer(() => false));
  await using client = connect(server.url, { credentials });

  const error = await failure(client.users.me());
  expect(isApiError(error) && error.status).toBe(401);
  expect(logins(server)).toHaveLength(2);
});

test("does not log in again for a 401 of the engine or of a proxy", async () => {
  await using server = await serve((response, request) => {
    if (request.url === "/api/auth") return portainer()(response, request);
    response.writeHead(401).end("Authorization Required");
  });
  await using client = connect(server.url, { credentials });

  await failure(client.users.me());
  expect(logins(server)).toHaveLength(1);
});

test("does not try a wrong password twice", async () => {
  await using server = await serve(always(422, { message: "Invalid credentials", details: "Unauthorized" }));
  await using client = connect(server.url, { credentials });

  const error = await failure(client.users.me());
  expect(error.message).toBe(
    "POST /api/auth: 422 Invalid credentials. Is the user name or password wrong? The client does not try again, because the server bans addresses after too many logins.",
  );
  expect(await failure(client.teams.list())).toBe(error);
  expect(server.requests).toHaveLength(1);
});

test("does not try again when banned", async () => {
  await using server = await serve(
    always(403, { message: "Access denied", details: "Access denied to resource" }),
  );
  await using client = connect(server.url, { credentials });

  const [first, second] = [await failure(client.users.me()), await failure(client.users.me())];
  expect(first.message).toContain("banned this address for an hour");
  expect(second).toBe(first);
  expect(server.requests).toHaveLength(1);
});

test("tries a login again at the next call if the server was only down", async () => {
  let down = true;
  await using server = await serve((response, request) =>
    down ? json(response, 500, { message: "no" }) : portainer()(response, request),
  );
  await using client = connect(server.url, { credentials });

  await failure(client.users.me());
  down = false;
  expect(await client.users.me()).toEqual(USER);
});

test("an API key that is refused is not tried again", async () => {
  await using server = await serve(always(401, UNAUTHORIZED));
  await using client = connect(server.url);

  await expect(client.users.me()).rejects.toThrow(
    "GET /api/users/me: 401 Invalid JWT token. Are the credentials those of this server, and was the API key not revoked?",
  );
  expect(server.requests).toHaveLength(1);
});

test("one caller who gives up does not end the login for the others", async () => {
  const answer = portainer();
  await using server = await serve((response, request) => {
    setTimeout(() => answer(response, request), request.url === "/api/auth" ? 100 : 0);
  });
  await using client = connect(server.url, { credentials });

  const stop = new AbortController();
  const first = client.users.me({}, { signal: stop.signal });
  const second = client.users.me();
  stop.abort(new Error("changed my mind"));
  await expect(first).rejects.toThrow("changed my mind");
  expect(await second).toEqual(USER);
  expect(logins(server)).toHaveLength(1);
});

/** Portainer's CSRF check: what carries its cookie needs the token, and a second cookie, of an answer before. */
const csrf = (status: number, kind: "none" | "gorilla"): Answer => {
  const answer = portainer();
  return (response, request) => {
    if (request.url === "/api/system/status") {
      if (kind === "gorilla") {
        response.setHeader("x-csrf-token", "masked");
        response.setHeader("set-cookie", ["_gorilla_csrf=half; Path=/; HttpOnly"]);
      }
      return json(response, 200, STATUS);
    }
    return request.url === "/api/auth/logout" ? response.writeHead(status).end() : answer(response, request);
  };
};

test("logs out with the cookie and the CSRF token that Portainer wants, and in again at the next call", async () => {
  await using server = await serve(csrf(204, "gorilla"));
  await using client = connect(server.url, { credentials });

  await client.users.me();
  await client.auth.logout();
  await client.users.me();
  const logout = server.requests.find(({ url }) => url === "/api/auth/logout");
  expect(logout?.headers).toMatchObject({
    authorization: "Bearer token-1",
    cookie: "portainer_api_key=token-1; _gorilla_csrf=half",
    "x-csrf-token": "masked",
    referer: `${server.url}/`,
  });
  expect(server.requests.at(-1)?.headers.authorization).toBe("Bearer token-2");
});

test("logs out of a server that hands out no CSRF token", async () => {
  await using server = await serve(csrf(204, "none"));
  await using client = connect(server.url, { credentials });

  await client.users.me();
  await client.auth.logout();
  const { cookie, ...others } = server.requests.at(-1)?.headers ?? {};
  expect(cookie).toBe("portainer_api_key=token-1");
  expect(others).not.toHaveProperty("x-csrf-token");
});

test("forgets a login even if the server cannot revoke it", async () => {
  await using server = await serve(csrf(500, "none"));
  await using client = connect(server.url, { credentials });

  await client.users.me();
  await expect(client.auth.logout()).rejects.toThrow("POST /api/auth/logout: 500");
  await client.users.me();
  expect(logins(server)).toHaveLength(2);
});

test.each([
  ["before the first login", credentials],
  ["with an API key", { apiKey: API_KEY }],
  ["without credentials", undefined],
])("has nothing to log out of %s", async (_name, given) => {
  await using server = await serve(csrf(204, "gorilla"));
  await using client = connect(server.url, { credentials: given });

  expect(await client.auth.logout()).toBeUndefined();
  expect(server.requests).toHaveLength(0);
});
