import { z } from "zod";
import { isApiError, type PortainerClient } from "../../client";
import type { ApiKey } from "../../contract";
import type { Connection } from "../connection";
import { inTurn } from "../core/concurrency";
import type { Credentials } from "../core/connection-settings";
import type { Context, Definition } from "../core/definition";
import { ownAccount } from "../core/directory";
import { ProviderError } from "../core/errors";
import { lookOnceBack, mayHaveHappened, repeatIfLost } from "../core/lost-answer";
import { filledIn } from "../core/schema";

/** Portainer's limit, in bytes. */
const LONGEST_DESCRIPTION = 127;

export const ApiKeySchema = z.object({
  /**
   * The description that Portainer shows for the key: 1 to 127 bytes. A letter outside ASCII takes several. A change
   * replaces the key: the new one is created before the old one is revoked. Portainer: `POST /users/{id}/tokens`.
   * @default the resource's name
   */
  description: filledIn(
    z
      .string()
      .regex(/\S/, "a description is not empty")
      .refine(
        (text) => Buffer.byteLength(text) <= LONGEST_DESCRIPTION,
        `a description has at most ${LONGEST_DESCRIPTION} bytes, and a letter outside ASCII takes several`,
      ),
  ),
});
export type ApiKeyArgs = z.input<typeof ApiKeySchema>;

export interface ApiKeyOutputs {
  /** The key itself, for `apiKey` of a Provider. Secret. Portainer shows it only once, at creation. */
  readonly rawKey: string;
  /** The key's id in Portainer. */
  readonly keyId: number;
  /** The id of the key's user: the one that the provider logs in as. */
  readonly userId: number;
  /** The first characters of the key, which Portainer shows in its list. */
  readonly prefix: string;
  /** When the key was created, as an ISO date. */
  readonly createdAt: string;
  /** The id of the Portainer installation. */
  readonly instanceId: string;
}

type Login = Extract<Credentials, { username: string }>;

/**
 * An API key of the user that the provider logs in as. Only the create needs the password: read and delete use the key
 * itself, so they still work after a change of the password.
 */
export const apiKey: Definition<typeof ApiKeySchema, ApiKeyOutputs> = {
  type: "ApiKey",
  schema: ApiKeySchema,
  properties: { description: { change: "replace" } },
  secrets: ["rawKey"],
  misnomers: { name: "description", label: "description", comment: "description" },

  defaults: (_inputs, { name }) => ({ description: name }),

  async create(context, { description }) {
    const { connection } = context;
    const login = loginOf(connection);
    const instanceId = await connection.sameServer(undefined);
    const userId = (await ownAccount(connection.client))?.id;
    if (userId === undefined) {
      throw new ProviderError(
        `the token of "${login.username}" does not say whose it is, nor does the server`,
      );
    }
    const { rawAPIKey, apiKey: made } = await inTurn(`${instanceId}/users/${userId}/tokens`, () =>
      makeKey(context, userId, { description, password: login.password }),
    );
    const { id: keyId, prefix, dateCreated } = made;
    const createdAt = new Date(dateCreated * 1_000).toISOString();
    return {
      id: String(keyId),
      outputs: { description, rawKey: rawAPIKey, keyId, userId, prefix, createdAt, instanceId },
    };
  },

  async read({ connection }, id, state) {
    const { rawKey, userId } = state;
    if (rawKey === undefined || userId === undefined) {
      throw new ProviderError(
        "an ApiKey cannot be looked up by its id, since Portainer shows a key only when it is made: declare a new one instead",
      );
    }
    await connection.sameServer(state.instanceId);
    const keys = await unlessRevoked(() => keysOf(connection.as({ apiKey: rawKey }), userId));
    const key = keys?.find(({ id: keyId }) => keyId === state.keyId);
    if (!key) return undefined;
    const { description } = key;
    return { id, inputs: { description }, outputs: { ...state, description } };
  },

  /** Portainer cannot change a key in place. */
  update: (_context, _id, olds) => Promise.resolve(olds),

  async delete({ connection }, _id, { rawKey, userId, keyId, instanceId }) {
    await connection.sameServer(instanceId);
    const { apiKeys } = connection.as({ apiKey: rawKey });
    await repeatIfLost(() => unlessRevoked(() => apiKeys.delete({ params: { id: userId, keyId } })));
  },
};

function loginOf({ credentials, url }: Connection): Login {
  if (credentials && "password" in credentials) return credentials;
  const present = credentials ? "an API key" : "no credentials";
  throw new ProviderError(
    `Portainer makes an API key only for a user who gives the password, and the provider for ${url} has ${present}: ` +
      "pass a Provider with `username` and `password`",
  );
}

type Made = Awaited<ReturnType<PortainerClient["apiKeys"]["create"]>>;

/**
 * If the answer with the key is lost, Portainer never shows the key again: revokes it and creates another. Tries that twice,
 * because a server that shuts down may take two answers with it.
 */
async function makeKey(
  context: Context,
  userId: number,
  body: { readonly description: string; readonly password: string },
  retries = 2,
): Promise<Made> {
  const { client } = context.connection;
  const before = await keysOf(client, userId);
  try {
    return await client.apiKeys.create({ params: { id: userId }, body });
  } catch (error) {
    if (!mayHaveHappened(error)) throw error;
    for (const { id: keyId, description } of await lookOnceBack(context.signal, () =>
      keysOf(client, userId),
    )) {
      const isNew = description === body.description && !before.some(({ id }) => id === keyId);
      if (isNew) await client.apiKeys.delete({ params: { id: userId, keyId } });
    }
    if (retries === 0) throw error;
  }
  return await makeKey(context, userId, body, retries - 1);
}

function keysOf({ apiKeys }: PortainerClient, userId: number): Promise<ApiKey[]> {
  return apiKeys.list({ params: { id: userId } });
}

/** `undefined` for a 401: the server was checked before (`sameServer`), so the key was revoked. */
async function unlessRevoked<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isApiError(error) && error.status === 401 && error.isJson) return undefined;
    throw error;
  }
}
