/** `access`: who may use an object of an engine. Portainer keeps it in a resource control. */
import { z } from "zod";
import type { ResourceControl, ResourceType } from "../../contract";
import { NameOrId } from "../core/access";
import { equal } from "../core/diff";
import { type Directory, lookUp, requireKnown } from "../core/directory";
import { ProviderError } from "../core/errors";
import { repeatIfLost } from "../core/lost-answer";
import type { Engine } from "./engine";

export const AccessSchema = z.union([
  z.enum(["public", "administrators"]),
  z.strictObject({
    /** Users by name, id or resource. @default none */
    users: z.array(NameOrId).optional(),
    /** Teams by name, id or resource. @default none */
    teams: z.array(NameOrId).optional(),
  }),
]);
export type Access = z.infer<typeof AccessSchema>;

type Control = ResourceControl | null | undefined;

/** A server, and options for the calls to it. */
export type Server = Pick<Engine, "portainer" | "call">;

/** An object as Portainer's resource controls name it. */
export interface Controlled {
  readonly type: (typeof ResourceType)[
    | "container"
    | "volume"
    | "network"
    | "secret"
    | "config"
    | "service"
    | "stack"
    | "customTemplate"];
  readonly id: string;
  /** The control that Portainer shows with the object. */
  readonly control: Control;
}

/** Who may use an object, by ids: the fields of the API's request body. */
export interface Ownership {
  readonly Public: boolean;
  readonly AdministratorsOnly: boolean;
  readonly Users: number[];
  readonly Teams: number[];
}

/** An object's access in the form of the input, by ids. */
export function readAccess(control: Control): Access {
  if (!control || control.AdministratorsOnly) return "administrators";
  if (control.Public) return "public";
  return {
    users: control.UserAccesses.map(({ UserId }) => UserId),
    teams: control.TeamAccesses.map(({ TeamId }) => TeamId),
  };
}

/** Empty lists mean the same as `"administrators"`. The order of users and teams has no meaning. */
export function canonicalAccess(access: Access): unknown {
  if (typeof access === "string") return access;
  const users = sorted(access.users);
  const teams = sorted(access.teams);
  return users.length + teams.length === 0 ? "administrators" : { users, teams };
}

const sorted = (ids: readonly (string | number)[] = []): string[] => [...new Set(ids.map(String))].sort();

/** The access now, as the program writes it if both mean the same. Looks up the names in the program. */
export async function refreshedAccess(server: Server, desired: Access, control: Control): Promise<Access> {
  const actual = readAccess(control);
  return equal(canonicalAccess(actual), canonicalAccess(await withIds(server, desired))) ? desired : actual;
}

/**
 * Sets who may use an object. What was created through Portainer has a control of its own, which is updated. What was
 * created outside Portainer has none, or only that of its stack, so one is created.
 */
export async function setAccess(
  { portainer, call }: Server,
  { type, id, control }: Controlled,
  ownership: Ownership,
): Promise<void> {
  if (control && control.Id > 0 && control.Type === type) {
    await repeatIfLost(() =>
      portainer.resourceControls.update({ params: { id: control.Id }, body: ownership }, call),
    );
    return;
  }
  await portainer.resourceControls.create({ body: { ...ownership, ResourceID: id, Type: type } }, call);
}

/** Gives an object the access that the one before it had, if it does not have it. */
export async function copyAccess(server: Server, from: Control, to: Controlled): Promise<void> {
  if (!from || from.Id === 0 || from.System || from.Type !== to.type) return;
  const access = readAccess(from);
  if (to.control && equal(canonicalAccess(readAccess(to.control)), canonicalAccess(access))) return;
  await setAccess(server, to, await ownershipOf(server, access));
}

/** Converts the program's `access` to ids: looks up the names. */
export async function ownershipOf({ portainer, call }: Server, access: Access): Promise<Ownership> {
  if (typeof access === "string") {
    return {
      Public: access === "public",
      AdministratorsOnly: access === "administrators",
      Users: [],
      Teams: [],
    };
  }
  const directory = await lookUp(portainer, access, call);
  requireKnown(access, directory);
  const Users = idsIn(directory, "users", access.users);
  const Teams = idsIn(directory, "teams", access.teams);
  return { Public: false, AdministratorsOnly: Users.length + Teams.length === 0, Users, Teams };
}

/**
 * The same access by ids only, as the server shows it. If a user or team does not exist, the access stays as written,
 * and so differs from anything that the server can show.
 */
export async function withIds(server: Server, access: Access): Promise<Access> {
  if (typeof access === "string") return access;
  try {
    const { Users, Teams } = await ownershipOf(server, access);
    return { users: Users, teams: Teams };
  } catch (error) {
    if (error instanceof ProviderError) return access;
    throw error;
  }
}

function idsIn(
  directory: Directory,
  kind: "users" | "teams",
  entries: readonly (string | number)[] = [],
): number[] {
  return entries.flatMap((entry) => directory.idOf(kind, entry) ?? []);
}
