import { z } from "zod";
import type { ResourceControl } from "../../../contract";
import { IdSchema } from "../../core/id";
import type { Argument } from "../argument";

const Name = z.union([z.string().min(1, "the name is empty"), IdSchema]);

const AccessSchema = z.union([
  z.enum(["public", "administrators"]),
  z.strictObject({ users: z.array(Name).optional(), teams: z.array(Name).optional() }),
]);
export type Access = z.infer<typeof AccessSchema>;

export const accessFields = {
  /**
   * Who may use it besides administrators: `"public"` (everybody with access to the environment),
   * `"administrators"` (nobody else), or users and teams by id, name or resource. A standard user may name itself and
   * its teams; it gives other users by id, because Portainer shows it no list of them. A change is made in place.
   * Portainer: `PUT /resource_controls/{id}`. @default unmanaged; Portainer makes it private to the user of the API key
   */
  access: AccessSchema.optional(),
};

/** The rule as the program would write it, by ids. */
export function readAccess(control: ResourceControl | null | undefined): Access {
  if (!control || control.AdministratorsOnly) return "administrators";
  if (control.Public) return "public";
  return {
    users: control.UserAccesses.map(({ UserId }) => UserId),
    teams: control.TeamAccesses.map(({ TeamId }) => TeamId),
  };
}

/** No users and no teams is the same as administrators only; order says nothing. */
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
