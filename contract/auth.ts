import { z } from "zod";
import { live, route } from "./route";

/** The cookie in which a login also hands out its token, for browsers. */
export const SESSION_COOKIE = "portainer_api_key";
export const API_KEY_HEADER = "x-api-key";
/** Newer servers ask for it at the first initialisation; they print the token in their log. */
export const SETUP_TOKEN_HEADER = "x-setup-token";

export const Credentials = z.object({
  Username: z.string("Invalid username").min(1, "Invalid username"),
  Password: z.string("Invalid password").min(1, "Invalid password"),
});

export const auth = {
  login: route({
    method: "POST",
    path: "/auth",
    access: "public",
    limited: true,
    summary: "Exchange a username and password for a token",
    body: Credentials,
    response: z.object({ jwt: z.string() }),
    fails: { 422: "Username or password are wrong." },
    verified: live,
  }),
  logout: route({
    method: "POST",
    path: "/auth/logout",
    access: "public",
    summary: "Revoke the token in use",
    verified: live,
  }),
};
