import { z } from "zod";
import { Id } from "./common";
import { live, route } from "./route";
import { TeamMembership } from "./team-membership";

export const Role = { administrator: 1, standard: 2 } as const;
export type Role = (typeof Role)[keyof typeof Role];

export const User = z.looseObject({
  Id,
  /** Lower-cased by the server when the user is created. */
  Username: z.string(),
  Role: z.int(),
});
export type User = z.infer<typeof User>;

const NewName = z
  .string("Invalid username. Must not contain any whitespace")
  .regex(/^[^ ]+$/, "Invalid username. Must not contain any whitespace");

export const users = {
  checkAdmin: route({
    method: "GET",
    path: "/users/admin/check",
    access: "public",
    summary: "Tell whether an administrator exists",
    fails: { 404: "There is no administrator." },
    verified: live,
  }),
  initAdmin: route({
    method: "POST",
    path: "/users/admin/init",
    access: "public",
    summary: "Create the first administrator",
    body: z.object({ Username: NewName, Password: z.string("Invalid password").min(1, "Invalid password") }),
    response: User,
    fails: {
      403: "The setup token is missing or wrong.",
      409: "There is an administrator.",
      500: "The password is longer than 72 bytes.",
    },
    verified: live,
  }),
  list: route({
    method: "GET",
    path: "/users",
    access: "restricted",
    summary: "List the users",
    query: z.object({ environmentId: z.string().optional() }),
    response: z.array(User),
    fails: { 500: "There is no such environment." },
    verified: live,
  }),
  create: route({
    method: "POST",
    path: "/users",
    access: "administrator",
    summary: "Create a user",
    body: z.object({
      Username: NewName,
      Password: z.string().optional(),
      Role: z.literal(
        [1, 2],
        "Invalid role value. Value must be one of: 1 (administrator) or 2 (regular user)",
      ),
    }),
    response: User,
    fails: { 409: "The name is taken.", 500: "The password is longer than 72 bytes." },
    verified: live,
  }),
  me: route({
    method: "GET",
    path: "/users/me",
    access: "authenticated",
    since: "2.20",
    summary: "Show the caller's own user",
    response: User,
    verified: live,
  }),
  get: route({
    method: "GET",
    path: "/users/:id",
    access: "restricted",
    summary: "Show a user",
    response: User,
    verified: live,
  }),
  update: route({
    method: "PUT",
    path: "/users/:id",
    access: "authenticated",
    summary: "Change a user's name, role, theme or password",
    body: z.object({
      Username: z
        .string()
        .regex(/^[^ ]*$/, "invalid username. Must not contain any whitespace")
        .optional(),
      Password: z.string().optional(),
      NewPassword: z.string().optional(),
      Role: z
        .literal([0, 1, 2], "Invalid role value. Value must be one of: 1 (administrator) or 2 (regular user)")
        .optional(),
      Theme: z.object({ color: z.string().optional() }).optional(),
      UseCache: z.boolean().optional(),
    }),
    response: User,
    fails: { 409: "The name is taken.", 500: "The password is longer than 72 bytes." },
    verified: live,
  }),
  changePassword: route({
    method: "PUT",
    path: "/users/:id/passwd",
    access: "authenticated",
    limited: true,
    summary: "Change a user's password, knowing the current one",
    body: z.object({
      Password: z.string("Invalid current password").min(1, "Invalid current password"),
      NewPassword: z.string("Invalid new password").min(1, "Invalid new password"),
    }),
    fails: { 500: "The password is longer than 72 bytes." },
    verified: live,
  }),
  memberships: route({
    method: "GET",
    path: "/users/:id/memberships",
    access: "restricted",
    summary: "List the teams that a user is in",
    response: z.array(TeamMembership),
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/users/:id",
    access: "administrator",
    summary: "Delete a user",
    fails: { 500: "It is the last administrator." },
    verified: live,
  }),
};
