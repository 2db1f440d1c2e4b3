import type { z } from "zod";
import type { contract } from "../../contract";
import { mayUseControl } from "../auth/access";
import type { Caller } from "../auth/caller";
import { found, HttpError } from "../http-error";
import type { Handlers } from "../route/call";
import { INVALID_PAYLOAD } from "../route/decode";
import type { Services } from "../services";
import type { ResourceControlRecord } from "../store/records";

type Ownership = z.output<typeof contract.resourceControls.update.body>;

export function resourceControlHandlers({ store }: Services): Handlers<typeof contract.resourceControls> {
  return {
    create: ({ body }) => {
      requireOwnership(body);
      return store.change(() => {
        if (store.resourceControls.find((c) => c.ResourceId === body.ResourceID && c.Type === body.Type))
          throw new HttpError(
            409,
            "A resource control is already associated to this resource",
            "A resource control is already applied on this resource",
          );
        return store.resourceControls.insert((Id) => ({
          ...emptyControl(body.Type, body.ResourceID),
          Id,
          SubResourceIds: body.SubResourceIDs ?? [],
          ...accesses(body),
        }));
      });
    },

    update: ({ caller, params, body }) => {
      requireOwnership(body);
      return store.change(() => {
        const control = found(store.resourceControls, params.id);
        if (!caller.isAdmin && !mayUseControl(caller, control))
          throw new HttpError(
            403,
            "Permission denied to access the resource control",
            "Access denied to resource",
          );
        const updated = { ...control, ...accesses(body) };
        if (!caller.isAdmin && !mayMake(caller, body))
          throw new HttpError(
            403,
            "Permission denied to update the resource control",
            "Access denied to resource",
          );
        return store.resourceControls.put(control.Id, updated);
      });
    },

    async delete({ params }) {
      await store.change(() => {
        store.resourceControls.delete(found(store.resourceControls, params.id).Id);
      });
    },
  };
}

/** A resource control that gives nobody access yet. */
export function emptyControl(Type: number, ResourceId: string): Omit<ResourceControlRecord, "Id"> {
  return {
    Type,
    ResourceId,
    SubResourceIds: [],
    UserAccesses: [],
    TeamAccesses: [],
    Public: false,
    AdministratorsOnly: false,
    System: false,
  };
}

function accesses({ Public = false, AdministratorsOnly = false, Users = [], Teams = [] }: Ownership) {
  return {
    Public,
    AdministratorsOnly,
    UserAccesses: Users.map((UserId) => ({ UserId, AccessLevel: 1 })),
    TeamAccesses: Teams.map((TeamId) => ({ TeamId, AccessLevel: 1 })),
  };
}

function requireOwnership({ Public, AdministratorsOnly, Users = [], Teams = [] }: Ownership): void {
  if (Users.length === 0 && Teams.length === 0 && !Public && !AdministratorsOnly)
    throw new HttpError(
      400,
      INVALID_PAYLOAD,
      "invalid payload: must specify Users, Teams, Public or AdministratorsOnly",
    );
  if (Public && AdministratorsOnly)
    throw new HttpError(400, INVALID_PAYLOAD, "invalid payload: cannot set public and administrators only");
}

/** A standard user may make an object private, give it to teams that include one of their own, or make it public. */
function mayMake(caller: Caller, { Public, AdministratorsOnly, Users = [], Teams = [] }: Ownership): boolean {
  if (Public) return true;
  if (AdministratorsOnly || Users.length > 1 || (Users.length === 1 && Teams.length === 1)) return false;
  return Users[0] === caller.id || Teams.some((id) => caller.teamIds.includes(id));
}
