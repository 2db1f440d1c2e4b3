import { AuthenticationMethod, type contract, SESSION_COOKIE } from "../../contract";
import { credentialOf } from "../auth/authenticate";
import { cookie } from "../auth/csrf";
import { isLongEnough, passwordMatches } from "../auth/password";
import { HttpError } from "../http-error";
import type { Handlers } from "../route/call";
import type { Services } from "../services";

export function authHandlers({ store, sessions }: Services): Handlers<typeof contract.auth> {
  return {
    async login({ body, reply }) {
      const name = body.Username.toLowerCase();
      const user = store.users.find(({ Username }) => Username.toLowerCase() === name);
      if (user?.Id !== INITIAL_ADMIN) requireInternal(store.settings.get(1)?.AuthenticationMethod);
      if (!(await passwordMatches(body.Password, user?.PasswordHash)) || !user)
        throw new HttpError(422, "Invalid credentials", "Unauthorized");
      const required = store.settings.get(1)?.InternalAuthSettings.RequiredPasswordLength ?? 0;
      const { jwt, expires } = sessions.issue(user, !isLongEnough(body.Password, required));
      reply.headers["Set-Cookie"] = sessionCookie(jwt, expires);
      return { jwt };
    },

    validateOAuth({ body: _ }) {
      if (store.settings.get(1)?.AuthenticationMethod !== AuthenticationMethod.oauth)
        throw new HttpError(403, "OAuth authentication is not enabled");
      throw new HttpError(500, "Unable to authenticate through OAuth", "Unauthorized");
    },

    async logout({ headers, search, reply }) {
      const credential = credentialOf({ headers, query: search });
      if (credential && credential.kind !== "apiKey") await sessions.revoke(credential.value);
      if (cookie(headers, SESSION_COOKIE) !== undefined)
        reply.headers["Set-Cookie"] = sessionCookie("", new Date(0));
    },
  };
}

/** Always logs in by password, so that a wrong authentication setting can be corrected. */
const INITIAL_ADMIN = 1;

/** This server asks no directory and no OAuth service. */
function requireInternal(method: number | undefined): void {
  if (method === AuthenticationMethod.oauth)
    throw new HttpError(422, "Only initial admin is allowed to login without oauth", "Unauthorized");
  if (method === AuthenticationMethod.ldap)
    throw new HttpError(
      500,
      "Unable to authenticate user against LDAP",
      "this server asks no directory; log in as the initial administrator",
    );
}

const sessionCookie = (value: string, expires: Date) =>
  `${SESSION_COOKIE}=${value}; Path=/; Expires=${expires.toUTCString()}; HttpOnly; SameSite=Strict`;
