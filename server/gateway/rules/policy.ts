import { AccessDenied } from "../failure";
import { JsonObject } from "../json/spans";
import type { Kind } from "./kind";
import { ownersOf } from "./ownership";
import type { Rule, Subject } from "./rule";

/** Throws unless the caller may do what the rule is about. */
export async function enforce(policy: Rule["for"], subject: Subject): Promise<void> {
  if (policy === undefined || subject.caller.isAdmin) return;
  if (policy === "administrator" || !(await mayUse(policy, subject))) throw new AccessDenied();
}

async function mayUse(kind: Kind, subject: Subject): Promise<boolean> {
  const owners = await ownersOf(subject, kind);
  const control = (await subject.host.controls.current()).find(kind.type, owners.resourceIdOf(subject.id));
  return control ? owners.isAllowed(control) : await mayUseByInspection(kind, subject);
}

/** Asks the engine: the path may have a name or the beginning of an id, and the object may belong to a service or stack. */
async function mayUseByInspection(kind: Kind, subject: Subject): Promise<boolean> {
  const { status, body } = await subject.engine.ask("GET", kind.path(encodeURIComponent(subject.id)));
  if (status === 404) return true; // The engine will answer 404 itself.
  if (status !== 200) return false;
  const object = new JsonObject(body);
  const owners = await ownersOf(subject, kind);
  return owners.isAllowed(await owners.controlOf(object, owners.resourceId(object)));
}
