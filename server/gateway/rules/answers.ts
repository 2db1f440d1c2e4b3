import type { Call } from "../call";
import { AccessDenied } from "../failure";
import { withoutMember } from "../json/edit";
import { JsonObject } from "../json/object";
import { decorated } from "./decoration";
import type { Kind } from "./kind";
import { ownersOf } from "./ownership";
import type { Answer } from "./rule";

/** A new object is its creator's alone. Portainer answers 200 where the engine says 201. */
export const created = (kind: Kind): Answer => ({
  to: [201],
  status: 200,
  rewrite: async (call, body) => {
    const object = new JsonObject(body);
    const owners = await ownersOf(call, kind);
    const id = owners.resourceId(object);
    const control = await call.host.controls.createPrivate(kind.type, id, call.caller.id);
    return Buffer.concat(decorated(object, owners.members(id), control));
  },
});

/** Somebody else's object is refused; one's own shows its control. */
export const inspected = (kind: Kind): Answer => ({
  to: [200],
  rewrite: async (call, body) => {
    const object = new JsonObject(body);
    const owners = await ownersOf(call, kind);
    const id = owners.resourceId(object);
    const control = await owners.controlOf(object, id);
    if (!owners.isAllowed(control)) throw new AccessDenied();
    return Buffer.concat(decorated(object, owners.members(id), control));
  },
});

/** The control of an object goes with it, if the path names the object by its whole id. */
export const removed = (kind: Kind): Answer => ({
  to: [200, 204],
  rewrite: async (call, body) => {
    const { resourceIdOf } = await ownersOf(call, kind);
    await call.host.controls.remove(kind.type, resourceIdOf(call.id));
    return body;
  },
});

/** What lets a machine join the cluster is for administrators. */
export const swarm: Answer = {
  to: [200],
  rewrite: async ({ caller }: Call, body) =>
    caller.isAdmin ? body : withoutMember(withoutMember(body, "JoinTokens"), "TLSInfo"),
};
