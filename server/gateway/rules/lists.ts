import type { Call } from "../call";
import type { HiddenLabel } from "../host";
import { withElements } from "../json/edit";
import { JsonObject } from "../json/object";
import { elementsOf, memberOf, type Span } from "../json/spans";
import { ACCESS_LABEL } from "./access-labels";
import { decorated } from "./decoration";
import { container, type Kind } from "./kind";
import { isOwnContainer, runsInContainer } from "./own-container";
import { type Owners, ownersOf } from "./ownership";
import type { Answer } from "./rule";

/** Leaves out what is somebody else's and shows the controls of the rest. `key`: where the list is in the answer. */
export const listed = (kind: Kind, key?: string): Answer => ({
  to: [200],
  rewrite: async (call, body) => {
    const hidden = kind === container ? await call.host.hiddenLabels() : [];
    if (hidden.length === 0 && (await isOfNoConcern(call, kind, body))) return body;
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

/** An administrator's list that gets nothing added need not be looked through. */
async function isOfNoConcern({ caller, host }: Call, kind: Kind, body: Buffer): Promise<boolean> {
  if (!caller.isAdmin || kind.perEngine || kind.system || (kind === container && runsInContainer))
    return false;
  return (await host.controls.current()).isEmpty && !body.includes(ACCESS_LABEL);
}

/** Labels that nobody wants to see hide what bears them from lists; the value must be exactly the same. */
function isHidden(object: JsonObject, kind: Kind, hidden: readonly HiddenLabel[]): boolean {
  if (hidden.length === 0) return false;
  const labels = kind.labels(object) ?? {};
  return hidden.some(({ name, value }) => labels[name] === value);
}

function whole(body: Buffer): Span {
  return { start: body.indexOf("["), end: body.lastIndexOf("]") + 1 };
}
