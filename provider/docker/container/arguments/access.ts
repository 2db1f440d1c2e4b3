import type { ResourceControl } from "../../../../contract";
import { ResourceType } from "../../../../contract";
import { equal } from "../../../core/diff";
import {
  type Access,
  AccessSchema,
  canonicalAccess,
  type Ownership,
  ownershipOf,
  readAccess,
  setAccess as setAccessOf,
} from "../../access";
import type { Engine } from "../../engine";
import type { Argument } from "./argument";

export { type Access, withIds } from "../../access";

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

interface AccessInputs {
  readonly access?: Access | undefined;
}

export const accessArguments = {
  access: {
    change: "inPlace",
    normalize: canonicalAccess,
    read: (container) => readAccess(container.Portainer?.ResourceControl),
    async finish(access, engine, { id, control }) {
      await setAccess(engine, id, control, await ownershipOf(engine, access));
    },
    async apply(engine, { container: { Id, Portainer }, news: { access } }) {
      if (access) await setAccess(engine, Id, Portainer?.ResourceControl, await ownershipOf(engine, access));
    },
    async inherit(engine, { id, control }, { container: old, news: { access } }) {
      const given = old.Portainer?.ResourceControl;
      if (access !== undefined || !given || given.Id === 0 || given.System) return;
      const ownership = ownershipFrom(given);
      if (control && equal(ownershipFrom(control), ownership)) return;
      await setAccess(engine, id, control, ownership);
    },
  } satisfies Argument<Access, AccessInputs>,
};

/** Sets who may use a container. */
async function setAccess(
  engine: Engine,
  id: string,
  control: ResourceControl | null | undefined,
  ownership: Ownership,
): Promise<void> {
  await setAccessOf(engine, { type: ResourceType.container, id, control }, ownership);
}

/** The access that a container has now, to give it to another container. */
function ownershipFrom(control: ResourceControl): Ownership {
  return {
    Public: control.Public,
    AdministratorsOnly: control.AdministratorsOnly,
    Users: control.UserAccesses.map(({ UserId }) => UserId),
    Teams: control.TeamAccesses.map(({ TeamId }) => TeamId),
  };
}
