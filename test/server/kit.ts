import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";

export const PASSWORD = "correct-horse-9";

/** Who asks: nobody, a user by token or API key, or whoever holds this `Authorization` header. */
export type Actor =
  | "nobody"
  | "admin"
  | "alice"
  | "leader"
  | `key:${"admin" | "alice" | "leader"}`
  | `raw:${string}`;

/** One request, and what its answer must be. */
export interface Scenario {
  readonly name: string;
  /** @default "nobody" */
  readonly as?: Actor;
  readonly method: string;
  /** Below `/api`. */
  readonly path: string;
  /** An object is sent as JSON, a form as multipart, text as it is. */
  readonly body?: object | string | FormData | URLSearchParams;
  readonly headers?: Record<string, string>;
  readonly status: number;
  /** The answer contains this; text stands for the whole body. */
  readonly expected?: object | string;
  readonly absent?: readonly string[];
}

export interface World extends AsyncDisposable {
  readonly server: RunningServer;
  /** What somebody authenticates with. */
  headers(as: Actor): Record<string, string>;
  send(scenario: Omit<Scenario, "name" | "status">): Promise<Response>;
  /** A JSON answer of a call by the administrator that must succeed. */
  admin<T = Record<string, unknown>>(method: string, path: string, body?: Scenario["body"]): Promise<T>;
}

/** A server with an administrator (1), a standard user alice (2) and the leader (3) of the team ops (1). */
export async function startWorld(options: Parameters<typeof startServer>[0] = {}): Promise<World> {
  const server = await startServer({ admin: { password: PASSWORD }, loginLimit: false, ...options });
  const credentials = new Map<string, Record<string, string>>();
  const send: World["send"] = ({ as = "nobody", method, path, body, headers }) =>
    fetch(`${server.url}/api${path}`, {
      method,
      headers: { ...headersOf(as, credentials), ...headers },
      redirect: "manual",
      ...(body !== undefined && { body: encoded(body) }),
    });
  const admin = async <T>(method: string, path: string, body?: Scenario["body"]): Promise<T> => {
    const answer = await send({ as: "key:admin", method, path, ...(body !== undefined && { body }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };
  credentials.set("key:admin", { "x-api-key": server.apiKey ?? "" });
  for (const Username of ["alice", "leader"])
    await admin("POST", "/users", { Username, Password: PASSWORD, Role: 2 });
  await admin("POST", "/teams", { Name: "ops", TeamLeaders: [3] });
  for (const [id, name] of [
    [1, "admin"],
    [2, "alice"],
    [3, "leader"],
  ] as const) {
    const login = await send({ method: "POST", path: "/auth", body: { Username: name, Password: PASSWORD } });
    const { jwt } = (await login.json()) as { jwt: string };
    credentials.set(name, { authorization: `Bearer ${jwt}` });
    const body = { description: "test", password: PASSWORD };
    const key = await send({ as: name, method: "POST", path: `/users/${id}/tokens`, body });
    const { rawAPIKey } = (await key.json()) as { rawAPIKey: string };
    credentials.set(`key:${name}`, { "x-api-key": rawAPIKey });
  }
  const headers = (as: Actor) => headersOf(as, credentials);
  return { server, headers, send, admin, [Symbol.asyncDispose]: () => server.stop() };
}

/**
 * The world of a suite: made before its first test, gone after its last one. `make` hands to `use` whatever else
 * the suite needs and is to be disposed of after it.
 */
export function useWorld(make: (use: Use) => Promise<World> = () => startWorld()): World {
  const parts = new AsyncDisposableStack();
  let made: World | undefined;
  const current = (): World => {
    if (!made) throw new Error("A suite has its world in its tests, not while they are declared.");
    return made;
  };
  beforeAll(async () => {
    made = parts.use(await make((part) => parts.use(part)));
  });
  afterAll(() => parts.disposeAsync());
  return {
    get server() {
      return current().server;
    },
    headers: (as) => current().headers(as),
    send: (scenario) => current().send(scenario),
    admin: (method, path, body) => current().admin(method, path, body),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

type Use = <Part extends AsyncDisposable>(part: Part) => Part;

/** A test per scenario, in the order of the list: later ones see what earlier ones did. */
export function play(world: Pick<World, "send">, scenarios: readonly Scenario[]): void {
  for (const scenario of scenarios)
    test(scenario.name, async () => {
      const answer = await world.send(scenario);
      const text = await answer.text();
      expect({ status: answer.status, text }).toMatchObject({ status: scenario.status });
      if (typeof scenario.expected === "string") expect(text).toBe(scenario.expected);
      else if (scenario.expected) expect(JSON.parse(text)).toMatchObject(scenario.expected);
      for (const word of ["PasswordHash", "$2b$", ...(scenario.absent ?? [])])
        expect(text).not.toContain(word);
    });
}

function headersOf(
  as: Actor,
  credentials: ReadonlyMap<string, Record<string, string>>,
): Record<string, string> {
  if (as.startsWith("raw:")) return { authorization: as.slice("raw:".length) };
  return credentials.get(as) ?? {};
}

function encoded(body: NonNullable<Scenario["body"]>): string | FormData | URLSearchParams {
  if (typeof body === "string" || body instanceof FormData || body instanceof URLSearchParams) return body;
  return JSON.stringify(body);
}

export const form = (fields: Record<string, string | Blob>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
};
