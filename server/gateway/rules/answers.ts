import { hostname } from "node:os";
import type { ResourceControl } from "../../../contract";
import { AccessDenied } from "../failure";
import type { HiddenLabel } from "../host";
import { withElements, withMembers, withoutMember } from "../json/edit";
import { elementsOf, JsonObject, memberOf, type Span } from "../json/spans";
import { container, type Kind } from "./kind";
import { ACCESS_LABEL, type Owners, ownersOf } from "./ownership";
import type { AnswerStep, EngineCall } from "./rule";

/** Leaves out what the caller may not use, and shows the controls of the rest. `key`: the member that is the list. */
export const listed = (kind: Kind, key?: string): AnswerStep => ({
  to: [200],
  rewrite: async (call, body) => {
    const hidden = kind === container ? await call.host.hiddenLabels() : [];
    if (hidden.length === 0 && (await staysAsItIs(call, kind, body))) return body;
    const list = key === undefined ? whole(body) : memberOf(body, key);
    if (!list) return body;
    const owners = await ownersOf(call, kind);
    const shown: Buffer[][] = [];
    for (const span of elementsOf(body, list.start)) {
      const object = new JsonObject(body, span);
      const pieces = isHidden(object, kind, hidden) ? undefined : await show(object, kind, owners);
      if (pieces) shown.push(pieces);
    }
    return withElements(body, list, shown);
  },
});

async function show(object: JsonObject, kind: Kind, owners: Owners): Promise<Buffer[] | undefined> {
  const id = owners.resourceId(object);
  const control = await owners.controlOf(object, id);
  if (!owners.isAllowed(control)) return undefined;
  const members = owners.members(id);
  if (kind === container && isOwnContainer(id)) members.push('"IsPortainer":true');
  return decorated(object, members, control);
}

/** Whether nothing is hidden from the caller or added: then the list need not be parsed. */
async function staysAsItIs({ caller, host }: EngineCall, kind: Kind, body: Buffer): Promise<boolean> {
  if (!caller.isAdmin || kind.perEngine || kind.system || (kind === container && runsInContainer))
    return false;
  return (await host.controls.current()).isEmpty && !body.includes(ACCESS_LABEL);
}

/** Whether an object has one of the labels, with the same value, that hide containers from lists. */
function isHidden(object: JsonObject, kind: Kind, hidden: readonly HiddenLabel[]): boolean {
  if (hidden.length === 0) return false;
  const labels = kind.labels(object) ?? {};
  return hidden.some(({ name, value }) => labels[name] === value);
}

function whole(body: Buffer): Span {
  return { start: body.indexOf("["), end: body.lastIndexOf("]") + 1 };
}

/** A new object belongs to its creator alone. Portainer answers 200 where the engine answers 201. */
export const created = (kind: Kind): AnswerStep => ({
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

/** Refuses an object that the caller may not use, and shows the control of any other. */
export const inspected = (kind: Kind): AnswerStep => ({
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

/** Removes the control together with its object, if the path has the whole id of it. */
export const removed = (kind: Kind): AnswerStep => ({
  to: [200, 204],
  rewrite: async (call, body) => {
    const { resourceIdOf } = await ownersOf(call, kind);
    await call.host.controls.remove(kind.type, resourceIdOf(call.id));
    return body;
  },
});

/** Only administrators see what lets a machine join the swarm. */
export const swarm: AnswerStep = {
  to: [200],
  rewrite: async ({ caller }: EngineCall, body) =>
    caller.isAdmin ? body : withoutMember(withoutMember(body, "JoinTokens"), "TLSInfo"),
};

/**
 * An object's text, in pieces, with `members` and its control added. An agent adds a member `Portainer` that names its node: then
 * the control goes into that.
 */
function decorated(
  { text, span }: JsonObject,
  members: readonly string[],
  control: ResourceControl | undefined,
): Buffer[] {
  if (!control) return withMembers(text, span, members);
  const member = `"ResourceControl":${JSON.stringify(control)}`;
  const ofAgent = memberOf(text, "Portainer", span.start);
  if (!ofAgent) return withMembers(text, span, [...members, `"Portainer":{${member}}`]);
  const opened = withMembers(text, { start: span.start, end: ofAgent.end }, [member], ofAgent);
  return [...opened, ...withMembers(text, { start: ofAgent.end, end: span.end }, members, span)];
}

/** In a container, the host name is the beginning of the container's id unless it was set. */
const OWN_ID = /^[0-9a-f]{12}$/.exec(hostname())?.[0];

const runsInContainer = OWN_ID !== undefined;

/** Whether this server runs in that container. Clients must not remove it. */
function isOwnContainer(id: string): boolean {
  return OWN_ID !== undefined && id.startsWith(OWN_ID);
}
