import { z } from "zod";
import { Role, type User } from "../../contract";
import { INITIAL_ADMINISTRATOR } from "../core/directory";
import { type Installed, portainerObject } from "../core/object";
import { filledIn } from "../core/schema";

const ROLES = { administrator: Role.administrator, standard: Role.standard } as const;

export const UserSchema = z.object({
  /**
   * The name to log in with, unique on the server regardless of case; Portainer makes it lower-case at creation. Changed
   * in place. Portainer: `Username`.
   * @default the resource's name
   */
  username: filledIn(z.string().regex(/^\S+$/, "a username has no spaces and is not empty")),
  /**
   * The password, at least 12 characters unless the server's settings say otherwise. Secret. Changed in place, without the
   * old one; a change ends the user's sessions. Portainer never shows it, so a password changed there is not seen. Leave it
   * out where users log in through LDAP or OAuth. Portainer: `Password`, `NewPassword`.
   */
  password: z.string().min(1, "the password is empty").optional(),
  /**
   * What the user may do: `"administrator"` may do everything, `"standard"` what `access` grants. Changed in place; a
   * change ends the user's sessions. Portainer: `Role`. @default "standard"
   */
  role: z.enum(["administrator", "standard"]).default("standard"),
  /**
   * What to do when a user with this name exists: `"matching"` adopts it if it is as desired (the password cannot be
   * compared), `"replace"` adopts it and changes it, with its password. Destroying the resource then deletes it.
   * @default refuse
   */
  adopt: z.enum(["matching", "replace"]).optional(),
});
export type UserArgs = z.input<typeof UserSchema>;

export interface UserOutputs extends Installed {
  /** The user's id in Portainer, a number; `id` is the same as text. */
  readonly userId: number;
}

/** A user of Portainer, other than the initial administrator. Theme and cache setting are the user's own. */
export const user = portainerObject<typeof UserSchema, UserOutputs, User>({
  type: "User",
  what: "user",
  schema: UserSchema,
  unique: "username",
  properties: {
    username: { normalize: (username: string) => username.toLowerCase() },
    password: { writeOnly: true },
  },
  secrets: ["password"],
  misnomers: { name: "username", user: "username", login: "username", pass: "password", admin: "role" },

  id: "userId",
  inputs: ({ Username, Role: role }) => ({
    username: Username,
    role: role === Role.administrator ? "administrator" : "standard",
  }),
  outputs: ({ Id }) => ({ userId: Id }),
  reserved: ({ Id }) =>
    Id === INITIAL_ADMINISTRATOR ? "it is the server's initial administrator, an `AdminUser`" : undefined,
  list: ({ users }) => users.list(),
  get: ({ users }, id) => users.get({ params: { id } }),
  create: ({ users }, { username, password, role }) =>
    users.create({ body: { Username: username, Password: password, Role: ROLES[role] } }),
  /** Portainer ends the sessions of a user whose role it is sent, changed or not. */
  update: ({ users }, id, { username, password, role }) =>
    users.update({
      params: { id },
      body: { Username: username, NewPassword: password, Role: role && ROLES[role] },
    }),
  delete: ({ users }, id) => users.delete({ params: { id } }),
});
