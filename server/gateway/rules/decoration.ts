import type { ResourceControl } from "../../../contract";
import { withMembers } from "../json/edit";
import type { JsonObject } from "../json/object";
import { memberOf } from "../json/spans";

/**
 * The pieces of an object's text with `members` and its control added. An agent writes `Portainer` into the
 * object itself, to name its node: the control is then put in there.
 */
export function decorated(
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
