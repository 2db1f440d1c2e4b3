import { type ResourceControl, ResourceType } from "../../../contract";
import type { Subject } from "../call";
import type { ControlIndex } from "../host";
import type { JsonObject } from "../json/object";
import { accessByLabels } from "./access-labels";
import type { Kind, Labels } from "./kind";

/** Finds out whose the objects of one kind are. Made once for a request, however many it lists. */
export interface Owners {
  /** The id under which the control of an object is stored, by the engine's id. */
  resourceIdOf(id: string): string;
  resourceId(object: JsonObject): string;
  /** What says who may use an object: its own control, its service's or stack's, or its labels. */
  controlOf(object: JsonObject, resourceId: string): Promise<ResourceControl | undefined>;
  isAllowed(control: ResourceControl | undefined): boolean;
  /** What is shown in an object besides its control, as text. */
  members(resourceId: string): string[];
}

export async function ownersOf(subject: Subject, kind: Kind): Promise<Owners> {
  const { controls } = subject.host;
  const index = await controls.current();
  const suffix = kind.perEngine ? `_${await subject.engine.id()}` : "";
  const resourceIdOf = (id: string) => id + suffix;
  return {
    resourceIdOf,
    resourceId: (object) => resourceIdOf(object.get<string>(kind.idKey) ?? ""),
    controlOf: async (object, resourceId) => {
      if (kind.system?.has(object.get("Name"))) return systemControl(kind, resourceId);
      const stored = index.find(kind.type, resourceId);
      if (stored) return stored;
      const labels = kind.labels(object);
      return labels && (inherited(subject, index, labels) ?? fromLabels(subject, kind, resourceId, labels));
    },
    isAllowed: (control) =>
      subject.caller.isAdmin || (control !== undefined && controls.mayUse(subject.caller, control)),
    members: (resourceId) => (kind.perEngine ? [`"ResourceID":${JSON.stringify(resourceId)}`] : []),
  };
}

const PARENTS = [
  ["com.docker.swarm.service.id", ResourceType.service],
  ["com.docker.stack.namespace", ResourceType.stack],
  ["com.docker.compose.project", ResourceType.stack],
] as const;

/** Objects of a service or stack belong to whoever that belongs to. */
function inherited(
  { environment }: Subject,
  index: ControlIndex,
  labels: Labels,
): ResourceControl | undefined {
  for (const [label, type] of PARENTS) {
    const parent = labels[label];
    if (!parent) continue;
    const control = index.find(type, type === ResourceType.stack ? `${environment.id}_${parent}` : parent);
    if (control) return control;
  }
  return undefined;
}

/** Labels speak once: what they say is stored at first sight, and may be changed in Portainer afterwards. */
async function fromLabels({ host }: Subject, kind: Kind, resourceId: string, labels: Labels) {
  const access = accessByLabels(labels);
  return access && (await host.controls.createFromLabels(kind.type, resourceId, access));
}

function systemControl(kind: Kind, resourceId: string): ResourceControl {
  return {
    Id: 0,
    ResourceId: resourceId,
    SubResourceIds: [],
    Type: kind.type,
    UserAccesses: [],
    TeamAccesses: [],
    Public: true,
    AdministratorsOnly: false,
    System: true,
  };
}
