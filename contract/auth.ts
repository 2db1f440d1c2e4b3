import { z } from "zod";
import { Id } from "./common";
import { live, route, source } from "./route";

/** The cookie in which a login also hands out its token, for browsers. */
export const SESSION_COOKIE = "portainer_api_key";
export const API_KEY_HEADER = "x-api-key";
/** Newer servers ask for it at the first initialisation; they print the token in their log. */
export const SETUP_TOKEN_HEADER = "x-setup-token";

export const Credentials = z.object({
  Username: z.string("Invalid username").min(1, "Invalid username"),
  Password: z.string("Invalid password").min(1, "Invalid password"),
});

/** What a token says in its second part. Every release since 1.13 writes these. */
export const TokenClaims = z.looseObject({ id: Id, username: z.string() });

export const auth = {
  login: route({
    method: "POST",
    path: "/auth",
    access: "public",
    limited: true,
    summary: "Exchange a username and password for a token",
    body: Credentials,
    response: z.object({ jwt: z.string() }),
    fails: {
      422: "Username or password are wrong, or only another service knows them.",
      500: "The directory that knows the passwords cannot be asked.",
    },
    verified: live,
  }),
  validateOAuth: route({
    method: "POST",
    path: "/auth/oauth/validate",
    access: "public",
    limited: true,
    summary: "Exchange an OAuth authorization code for a token; this server asks no OAuth service",
    body: z.object({
      Code: z.string("Invalid OAuth authorization code").min(1, "Invalid OAuth authorization code"),
    }),
    response: z.object({ jwt: z.string() }),
    fails: { 403: "Logins by OAuth are not enabled.", 500: "The service cannot be asked." },
    verified: source,
  }),
  logout: route({
    method: "POST",
    path: "/auth/logout",
    access: "public",
    summary: "Revoke the token in use",
    verified: live,
  }),
};
