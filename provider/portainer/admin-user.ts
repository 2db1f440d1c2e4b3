import { z } from "zod";
import { isApiError, isConnectionError, type PortainerClient } from "../../client";
import { Role, SETUP_TOKEN_HEADER, type User } from "../../contract";
import type { Connection } from "../connection";
import { until } from "../core/concurrency";
import type { Context, Definition, Property, State } from "../core/definition";
import { refreshed } from "../core/diff";
import { isNotFound, ProviderError } from "../core/errors";
import { DurationSchema, milliseconds } from "../core/schema";

export const AdminUserSchema = z.object({
  /** The administrator's name. Portainer ignores case in names. @default "admin" */
  username: z.string().regex(/^\S+$/, "a username has no spaces and is not empty").default("admin"),
  /**
   * The administrator's password, at least 12 characters unless the server's settings say otherwise. Secret. Changed in
   * place, with only the old password as credentials.
   */
  password: z.string().min(1, "the password is empty"),
  /** The server's address. @default the provider's url */
  url: z.url({ protocol: /^https?$/, message: "must be an http:// or https:// address" }).optional(),
  /**
   * How long to wait for a server that is still starting: `"90s"`, `"2m"`, or seconds as a number. Used only at
   * creation. @default "60s"
   */
  startupTimeout: DurationSchema.optional(),
  /**
   * The token that newer servers print in their log and require for initialisation (`X-Setup-Token`). Secret.
   * Used only at creation. @default the provider's `setupToken`
   */
  setupToken: z.string().optional(),
});
export type AdminUserArgs = z.input<typeof AdminUserSchema>;

export interface AdminUserOutputs {
  /** The user's id in Portainer; 1 for the administrator created at initialisation. */
  readonly userId: number;
  /** The id of the Portainer installation. */
  readonly instanceId: string;
}

type AdminUserState = State<typeof AdminUserSchema, AdminUserOutputs>;

const DEFAULT_STARTUP_TIMEOUT = "60s";

const properties = {
  username: { normalize: (username: string) => username.toLowerCase() },
  password: { writeOnly: true },
  url: { writeOnly: true },
  startupTimeout: { change: "none" },
  setupToken: { change: "none" },
} as const satisfies Record<string, Property>;

/**
 * The first administrator. On a new server `POST /users/admin/init` creates it. On an initialised server the existing
 * administrator is adopted unchanged, if the given password is right.
 */
export const adminUser: Definition<typeof AdminUserSchema, AdminUserOutputs> = {
  type: "AdminUser",
  schema: AdminUserSchema,
  properties,
  secrets: ["password", "setupToken"],
  misnomers: { name: "username", user: "username", login: "username", pass: "password" },

  async create(context, inputs) {
    const connection = connectionOf(context, inputs.url);
    await waitForServer(context, connection, inputs.startupTimeout);
    if (!(await isInitialised(connection))) await initialise(connection, inputs);
    const user = await signIn(connection, inputs);
    const outputs = { ...inputs, userId: user.Id, instanceId: await connection.sameServer(undefined) };
    return { id: String(user.Id), outputs };
  },

  async read(context, id, state) {
    const { password, username } = state;
    if (password === undefined || username === undefined) {
      throw new ProviderError(
        "an AdminUser cannot be looked up by its id: declare it with its password instead",
      );
    }
    const connection = connectionOf(context, state.url);
    const instanceId = await connection.sameServer(state.instanceId);
    const outputs = { ...state, instanceId };
    const users = await listUsers(connection, { username, password });
    if (!users) {
      context.warn(
        `the password of "${username}" was changed outside of Pulumi: set the new one in the program`,
      );
      return { id, outputs, inputs: inputsOf(state) };
    }
    const user = users.find(({ Id }) => Id === state.userId);
    if (!user) return undefined;
    const inputs = refreshed(properties, inputsOf(state), { username: user.Username });
    return { id, outputs: { ...outputs, ...inputs }, inputs };
  },

  async update(context, _id, olds, news) {
    const connection = connectionOf(context, news.url);
    const instanceId = await connection.sameServer(olds.instanceId);
    await changePassword(connection, olds, { username: olds.username, password: news.password });
    if (news.username.toLowerCase() !== olds.username.toLowerCase()) {
      await connection
        .as({ username: olds.username, password: news.password })
        .users.update({ params: { id: olds.userId }, body: { Username: news.username } });
    }
    return { ...news, userId: olds.userId, instanceId };
  },

  delete(context, _id, state) {
    context.warn(
      `Portainer cannot delete its first administrator: "${state.username}" stays on the server and is only forgotten here`,
    );
    return Promise.resolve();
  },
};

function connectionOf(context: Context, url: string | undefined): Connection {
  return url === undefined ? context.connection : context.connection.at(url);
}

function inputsOf({ userId: _user, instanceId: _instance, ...inputs }: Partial<AdminUserState>) {
  return inputs;
}

async function waitForServer(
  context: Context,
  connection: Connection,
  startupTimeout: string | number = DEFAULT_STARTUP_TIMEOUT,
): Promise<void> {
  const limit = milliseconds(startupTimeout) ?? 0;
  await until(context.signal, async (seconds) => {
    try {
      return await connection.status();
    } catch (error) {
      if (!isStarting(error) || seconds * 1_000 >= limit) throw error;
      context.progress(`waiting for Portainer at ${connection.url}: ${seconds} s`);
      return undefined;
    }
  });
}

/** Whether the server does not listen yet: no connection, or a proxy answers that it cannot reach the server. */
function isStarting(error: unknown): boolean {
  return isConnectionError(error) || (isApiError(error) && [502, 503, 504].includes(error.status));
}

async function isInitialised(connection: Connection): Promise<boolean> {
  try {
    await connection.as(undefined).users.checkAdmin({});
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/**
 * Initialises the server. Tolerates a lost answer, and an initialisation by somebody else at the same time: the login that
 * follows checks the password.
 */
async function initialise(connection: Connection, inputs: z.output<typeof AdminUserSchema>): Promise<void> {
  const setupToken = inputs.setupToken ?? connection.setupToken;
  try {
    await connection
      .as(undefined)
      .users.initAdmin(
        { body: { Username: inputs.username, Password: inputs.password } },
        setupToken === undefined ? {} : { headers: { [SETUP_TOKEN_HEADER]: setupToken } },
      );
  } catch (error) {
    const unsure = isConnectionError(error) || (isApiError(error) && error.status === 409);
    if (!unsure || !(await isInitialised(connection))) throw error;
  }
}

async function signIn(connection: Connection, { username, password }: Login): Promise<User> {
  const users = await listForAdministrator(connection, { username, password });
  if (!users) {
    throw new ProviderError(
      `Portainer at ${connection.url} is already initialised, and the password given for "${username}" is not its password. Nothing was changed: set the administrator's present username and password.`,
    );
  }
  const user = users.find((candidate) => candidate.Username.toLowerCase() === username.toLowerCase());
  if (user?.Role === Role.administrator) return user;
  throw noAdministrator(connection, username);
}

async function listForAdministrator(connection: Connection, login: Login): Promise<User[] | undefined> {
  try {
    return await listUsers(connection, login);
  } catch (error) {
    const isRefused = isApiError(error) && error.status === 403 && error.path.endsWith("/users");
    throw isRefused ? noAdministrator(connection, login.username) : error;
  }
}

function noAdministrator({ url }: Connection, username: string): ProviderError {
  return new ProviderError(
    `"${username}" is a user of ${url}, but not an administrator: name one with its password`,
  );
}

type Login = { readonly username: string; readonly password: string };

/** All users, listed with these credentials; `undefined` when the password is wrong. */
async function listUsers(connection: Connection, login: Login): Promise<User[] | undefined> {
  return await unlessRefused((client) => client.users.list({}), connection.as(login));
}

async function unlessRefused<T>(
  call: (client: PortainerClient) => Promise<T>,
  client: PortainerClient,
): Promise<T | undefined> {
  try {
    return await call(client);
  } catch (error) {
    if (isApiError(error) && error.status === 422) return undefined;
    throw error;
  }
}

/** Accepts a password that is already the new one: an earlier update changed it, but Pulumi did not store that. */
async function changePassword(connection: Connection, olds: AdminUserState, desired: Login): Promise<void> {
  if (olds.password === desired.password) return;
  const before = connection.as({ username: desired.username, password: olds.password });
  const body = { Password: olds.password, NewPassword: desired.password };
  const done = await unlessRefused(async (client) => {
    await client.users.changePassword({ params: { id: olds.userId }, body });
    return true;
  }, before);
  if (done) return;
  if (await listUsers(connection, desired)) return;
  throw new ProviderError(
    `neither the old nor the new password of "${desired.username}" is the one on ${connection.url}: it was changed outside of Pulumi. Set the present password first, then change it.`,
  );
}
