import { z } from "zod";
import { type ResourceControl, ResourceType } from "../../../../contract";
import { type Directory, lookUp, requireKnown } from "../../../core/directory";
import { ProviderError } from "../../../core/errors";
import { IdSchema } from "../../../core/schema";
import type { Engine } from "../../engine";
import type { Argument } from "./argument";

const Name = z.union([z.string().min(1, "the name is empty"), IdSchema]);

const AccessSchema = z.union([
  z.enum(["public", "administrators"]),
  z.strictObject({ users: z.array(Name).optional(), teams: z.array(Name).optional() }),
]);
export type Access = z.infer<typeof AccessSchema>;

export const accessFields = {
  /**
   * Who may use the container besides administrators: `"public"` (everybody with access to the environment),
   * `"administrators"` (nobody else), or users and teams by id, name or resource. With a standard user's credentials,
   * write other users by id, because Portainer does not list users for a standard user; that user itself and its teams
   * can be written by name. A change is made in place. Portainer: `PUT /resource_controls/{id}`.
   * @default unmanaged; Portainer makes a new container private to the user of the API key
   */
  access: AccessSchema.optional(),
};

/** A container's access in the form of the argument, by ids. */
function readAccess(control: ResourceControl | null | undefined): Access {
  if (!control || control.AdministratorsOnly) return "administrators";
  if (control.Public) return "public";
  return {
    users: control.UserAccesses.map(({ UserId }) => UserId),
    teams: control.TeamAccesses.map(({ TeamId }) => TeamId),
  };
}

/** Empty lists mean the same as `"administrators"`. The order of users and teams has no meaning. */
function canonical(access: Access): unknown {
  if (typeof access === "string") return access;
  const users = sorted(access.users);
  const teams = sorted(access.teams);
  return users.length + teams.length === 0 ? "administrators" : { users, teams };
}

const sorted = (ids: readonly (string | number)[] = []): string[] => [...new Set(ids.map(String))].sort();

export const accessArguments = {
  access: {
    change: "inPlace",
    normalize: canonical,
    read: (container) => readAccess(container.Portainer?.ResourceControl),
  } satisfies Argument<Access>,
};

/** Who may use a container, by ids: the fields of the API's request body. */
interface Ownership {
  readonly Public: boolean;
  readonly AdministratorsOnly: boolean;
  readonly Users: number[];
  readonly Teams: number[];
}

/**
 * Sets who may use a container. A container created through Portainer has a resource control, which is updated; one
 * created outside Portainer has none, so one is created.
 */
export async function setAccess(
  { portainer, call }: Engine,
  containerId: string,
  control: ResourceControl | null | undefined,
  ownership: Ownership,
): Promise<void> {
  if (control && control.Id > 0) {
    await portainer.resourceControls.update({ params: { id: control.Id }, body: ownership }, call);
    return;
  }
  const body = { ...ownership, ResourceID: containerId, Type: ResourceType.container };
  await portainer.resourceControls.create({ body }, call);
}

/** Converts the program's `access` to ids: looks up the names. */
export async function ownershipOf({ portainer, call }: Engine, access: Access): Promise<Ownership> {
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

/** The access that a container has now, to give it to another container. */
export function ownershipFrom(control: ResourceControl): Ownership {
  return {
    Public: control.Public,
    AdministratorsOnly: control.AdministratorsOnly,
    Users: control.UserAccesses.map(({ UserId }) => UserId),
    Teams: control.TeamAccesses.map(({ TeamId }) => TeamId),
  };
}

/**
 * The same access by ids only, as the server shows it. If a user or team does not exist, the access stays as written,
 * and so differs from anything that the server can show.
 */
export async function withIds(engine: Engine, access: Access): Promise<Access> {
  if (typeof access === "string") return access;
  try {
    const { Users, Teams } = await ownershipOf(engine, access);
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
