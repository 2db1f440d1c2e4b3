import { AuthenticationMethod, type contract, Role } from "../../contract";
import { mayUseEndpoint } from "../auth/access";
import { requireSetupToken } from "../auth/admin-window";
import type { Caller } from "../auth/caller";
import { hashPassword, isLongEnough, passwordMatches } from "../auth/password";
import { unixSeconds } from "../clock";
import { found, HttpError, NOT_IN_DATABASE, noSuchRow } from "../http-error";
import type { Handlers } from "../route/call";
import { integerIn } from "../route/params";
import type { Services } from "../services";
import type { UserRecord } from "../store/records";
import type { Store } from "../store/store";

const TAKEN = () =>
  new HttpError(409, "Another user with the same username already exists", "User already exists");
const TOO_SHORT_TO_CREATE = "Password does not meet the requirements";
const TOO_SHORT_TO_CHANGE = "Password does not meet the minimum strength requirements";

export function userHandlers(services: Services): Handlers<typeof contract.users> {
  const { store, clock } = services;

  return {
    checkAdmin() {
      if (!hasAdministrator(store))
        throw new HttpError(404, "No administrator account found inside the database", NOT_IN_DATABASE);
    },

    async initAdmin({ body, headers }) {
      requireSetupToken(services.setupToken, headers);
      const refuse = () => {
        if (hasAdministrator(store))
          throw new HttpError(
            409,
            "Unable to create administrator user",
            "An administrator user already exists",
          );
      };
      refuse();
      requireLength(store, body.Password, TOO_SHORT_TO_CREATE);
      const hash = await hashPassword(body.Password);
      const user = await store.change(() => {
        refuse();
        return insertUser(store, body.Username, hash, Role.administrator);
      });
      await services.administratorCreated();
      return shown(user);
    },

    list({ caller, query }) {
      if (!caller.isAdmin && caller.teamLeaderOf.length === 0)
        throw new HttpError(403, "Permission denied to access users list");
      const users = usersOfEnvironment(store, query.environmentId);
      const visible = caller.isAdmin ? users : users.filter((user) => user.Role !== Role.administrator);
      return visible.map(({ Id, Username, Role }) => ({ Id, Username, Role }));
    },

    async create({ body }) {
      const refuse = () => {
        if (userNamed(store, body.Username)) throw TAKEN();
      };
      refuse();
      const hash = await newPasswordHash(store, body.Password);
      return store.change(() => {
        refuse();
        return shown(insertUser(store, body.Username, hash, body.Role));
      });
    },

    me: ({ caller, forceChangePassword }) => ({
      ...shown(found(store.users, caller.id)),
      forceChangePassword,
    }),

    get({ caller, params }) {
      if (!isSelfOrAdmin(caller, params.id))
        throw new HttpError(403, "Permission denied inspect user", "Access denied to resource");
      return shown(found(store.users, params.id));
    },

    async update(call) {
      const { caller, params } = call;
      if (!isSelfOrAdmin(caller, params.id))
        throw new HttpError(403, "Permission denied to update user", "Unauthorized");
      const { body } = call;
      if (!caller.isAdmin && body.Role)
        throw new HttpError(403, "Permission denied to update user to administrator role", "Unauthorized");
      const before = found(store.users, params.id);
      requireRightToUpdate(caller, before, body);
      const hash = await newHash(store, caller, before, body);
      return store.change(() => {
        const user = found(store.users, params.id);
        const other = body.Username && userNamed(store, body.Username);
        if (other && other.Id !== user.Id) throw TAKEN();
        const endsSessions = Boolean(body.Role) || hash !== undefined;
        return shown(
          store.users.put(user.Id, {
            ...user,
            Username: body.Username || user.Username,
            Role: body.Role || user.Role,
            PasswordHash: hash ?? user.PasswordHash,
            TokenIssueAt: endsSessions ? unixSeconds(clock) : user.TokenIssueAt,
            ThemeSettings: { color: body.Theme?.color ?? user.ThemeSettings.color },
            UseCache: body.UseCache ?? user.UseCache,
          }),
        );
      });
    },

    async changePassword(call) {
      const { caller, params } = call;
      if (!isSelfOrAdmin(caller, params.id))
        throw new HttpError(403, "Permission denied to update user", "Unauthorized");
      const { Password, NewPassword } = call.body;
      const user = found(store.users, params.id);
      if (!(await passwordMatches(Password, user.PasswordHash))) throw new HttpError(403, ...WRONG_PASSWORD);
      requireLength(store, NewPassword, TOO_SHORT_TO_CHANGE);
      const PasswordHash = await hashPassword(NewPassword);
      await store.change(() => {
        const current = found(store.users, params.id);
        store.users.put(params.id, { ...current, PasswordHash, TokenIssueAt: unixSeconds(clock) });
      });
    },

    memberships({ caller, params }) {
      if (!isSelfOrAdmin(caller, params.id))
        throw new HttpError(403, "Permission denied to update user memberships", "Unauthorized");
      return store.teamMemberships.filter(({ UserID }) => UserID === params.id);
    },

    async delete({ caller, params }) {
      if (params.id === 1) throw new HttpError(403, "Cannot remove the initial admin account");
      if (params.id === caller.id)
        throw new HttpError(403, "Cannot remove your own user account. Contact another administrator");
      await store.change(() => deleteUser(store, found(store.users, params.id)));
    },
  };
}

export const WRONG_PASSWORD = [
  "Current password doesn't match",
  "Current password does not match the password provided. Please try again",
] as const;

export const hasAdministrator = (store: Store): boolean =>
  store.users.find((user) => user.Role === Role.administrator) !== undefined;

export const isSelfOrAdmin = (caller: Caller, userId: number): boolean =>
  caller.isAdmin || caller.id === userId;

/** Lower-cases the name, which happens only on creation. Call inside `Store.change`. */
export function insertUser(store: Store, name: string, PasswordHash: string, role: number): UserRecord {
  return store.users.insert((Id) => ({
    Id,
    Username: name.toLowerCase(),
    PasswordHash,
    Role: role,
    TokenIssueAt: 0,
    ThemeSettings: { color: "" },
    UseCache: false,
  }));
}

/** A user as answered: everything but the password's hash. `UserTheme` is always there for clients of Portainer 2.19. */
function shown({ PasswordHash, ...user }: UserRecord) {
  return { ...user, UserTheme: "", PortainerAuthorizations: null, EndpointAuthorizations: null };
}

function userNamed(store: Store, name: string): UserRecord | undefined {
  const wanted = name.toLowerCase();
  return store.users.find(({ Username }) => Username.toLowerCase() === wanted);
}

function requireLength(store: Store, password: string, refusal: string): void {
  const required = store.settings.get(1)?.InternalAuthSettings.RequiredPasswordLength ?? 0;
  if (!isLongEnough(password, required)) throw new HttpError(400, refusal);
}

/** With LDAP or OAuth, users have no password here; an empty hash never matches. */
async function newPasswordHash(store: Store, password = ""): Promise<string> {
  if (store.settings.get(1)?.AuthenticationMethod === AuthenticationMethod.internal) {
    requireLength(store, password, TOO_SHORT_TO_CREATE);
    return hashPassword(password);
  }
  if (password === "") return "";
  throw new HttpError(
    400,
    "a user with password can not be created when authentication method is Oauth or LDAP",
  );
}

interface UserChange {
  Username?: string | undefined;
  Password?: string | undefined;
  NewPassword?: string | undefined;
  Role?: 0 | 1 | 2 | undefined;
}

function requireRightToUpdate(caller: Caller, user: UserRecord, change: UserChange): void {
  if (!caller.isAdmin && change.Username && change.Username !== user.Username)
    throw new HttpError(403, "Permission denied. Unable to update username", "Unauthorized");
  if (change.Password && !change.NewPassword)
    throw new HttpError(
      400,
      "Existing password field specified without new password field.",
      "To change the password as an admin, you only need 'newPassword' in your request",
    );
}

/** Standard users must send their current password; administrators need not. */
async function newHash(
  store: Store,
  caller: Caller,
  user: UserRecord,
  { Password, NewPassword }: UserChange,
): Promise<string | undefined> {
  if (!NewPassword) return undefined;
  if (!caller.isAdmin && !(await passwordMatches(Password ?? "", user.PasswordHash)))
    throw new HttpError(403, "Current password doesn't match. Password left unchanged", "Unauthorized");
  requireLength(store, NewPassword, TOO_SHORT_TO_CHANGE);
  return hashPassword(NewPassword);
}

function usersOfEnvironment(store: Store, environmentId: string | undefined): UserRecord[] {
  const id = integerIn(environmentId);
  if (id === 0) return store.users.list();
  const endpoint = store.endpoints.get(id);
  if (!endpoint)
    throw new HttpError(500, "Unable to retrieve endpoint from the database", noSuchRow("endpoints", id));
  return store.users.filter((user) => {
    const teamIds = store.teamMemberships.filter(({ UserID }) => UserID === user.Id).map((m) => m.TeamID);
    // Checks explicit access only, so administrators do not count as such.
    return mayUseEndpoint(store, { id: user.Id, isAdmin: false, teamIds }, endpoint);
  });
}

function deleteUser(store: Store, user: UserRecord): void {
  const administrators = store.users.filter(
    ({ Role: role, PasswordHash }) => role === Role.administrator && PasswordHash !== "",
  );
  if (administrators.includes(user) && administrators.length === 1)
    throw new HttpError(
      500,
      "Cannot remove local administrator user",
      "Cannot remove the last local administrator account",
    );
  store.users.delete(user.Id);
  for (const { Id } of store.teamMemberships.filter(({ UserID }) => UserID === user.Id))
    store.teamMemberships.delete(Id);
  for (const { id } of store.apiKeys.filter(({ userId }) => userId === user.Id)) store.apiKeys.delete(id);
}
