import type { ResourceControl } from "../../../../contract";
import { ResourceType } from "../../../../contract";
import {
  type Access,
  AccessSchema,
  canonicalAccess,
  type Ownership,
  readAccess,
  setAccess as setAccessOf,
} from "../../access";
import type { Engine } from "../../engine";
import type { Argument } from "./argument";

export { type Access, ownershipOf, withIds } from "../../access";

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

export const accessArguments = {
  access: {
    change: "inPlace",
    normalize: canonicalAccess,
    read: (container) => readAccess(container.Portainer?.ResourceControl),
  } satisfies Argument<Access>,
};

/** Sets who may use a container. */
export async function setAccess(
  engine: Engine,
  id: string,
  control: ResourceControl | null | undefined,
  ownership: Ownership,
): Promise<void> {
  await setAccessOf(engine, { type: ResourceType.container, id, control }, ownership);
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
