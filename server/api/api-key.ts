import { type contract, Role } from "../../contract";
import { insertApiKey } from "../auth/api-key";
import { passwordMatches } from "../auth/password";
import { found, HttpError, noSuchRow } from "../http-error";
import type { Handlers } from "../route/call";
import type { Services } from "../services";
import type { ApiKeyRecord } from "../store/records";
import { isSelfOrAdmin, WRONG_PASSWORD } from "./user";

export function apiKeyHandlers({ store, clock }: Services): Handlers<typeof contract.apiKeys> {
  return {
    list({ caller, params }) {
      const user = found(store.users, params.id);
      // Administrators may not see the keys of other administrators.
      if (user.Id !== caller.id && (!caller.isAdmin || user.Role === Role.administrator))
        throw new HttpError(403, "Permission denied to get user access tokens", "Unauthorized");
      return store.apiKeys.filter(({ userId }) => userId === user.Id).map(withoutDigest);
    },

    async create(call) {
      const { caller, params, credential } = call;
      if (credential === "apiKey") throw new HttpError(401, "Auth not supported", "Authentication required");
      const { description, password } = call.body;
      if (params.id !== caller.id)
        throw new HttpError(403, "Permission denied to create user access token", "Unauthorized");
      if (password === "")
        throw new HttpError(400, "Invalid request payload", "invalid password: cannot be empty");
      const user = found(store.users, params.id);
      if (!(await passwordMatches(password, user.PasswordHash))) throw new HttpError(403, ...WRONG_PASSWORD);
      const { rawKey, record } = await store.change(() => {
        found(store.users, params.id);
        return insertApiKey(store, clock, params.id, description);
      });
      return { rawAPIKey: rawKey, apiKey: record };
    },

    async delete({ caller, params }) {
      if (!isSelfOrAdmin(caller, params.id))
        throw new HttpError(403, "Permission denied to get user access tokens", "Unauthorized");
      found(store.users, params.id);
      await store.change(() => {
        const key = store.apiKeys.get(params.keyId);
        if (!key) throw new HttpError(500, "API Key not found", noSuchRow("api_key", params.keyId));
        if (key.userId !== params.id)
          throw new HttpError(403, "Permission denied to remove api-key", "Unauthorized");
        store.apiKeys.delete(key.id);
      });
    },
  };
}

function withoutDigest({ digest, ...key }: ApiKeyRecord) {
  return key;
}
