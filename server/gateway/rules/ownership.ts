import { type ResourceControl, ResourceType } from "../../../contract";
import type { ControlIndex, LabelAccess } from "../host";
import type { JsonObject } from "../json/spans";
import type { Kind, Labels } from "./kind";
import type { Subject } from "./rule";

/** The beginning of every label that gives access. An answer without this text has none of them. */
export const ACCESS_LABEL = "io.portainer.accesscontrol.";

/** The access that the labels of an object ask for, if any does. */
function accessByLabels(labels: Labels): LabelAccess | undefined {
  const publicly = labels[`${ACCESS_LABEL}public`];
  const users = labels[`${ACCESS_LABEL}users`];
  const teams = labels[`${ACCESS_LABEL}teams`];
  if (publicly !== undefined) return { public: true, users: [], teams: [] };
  const access = { public: false, users: namesIn(users), teams: namesIn(teams) };
  return access.users.length + access.teams.length > 0 ? access : undefined;
}

const namesIn = (list = "") =>
  list
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);

/** Finds out who may use the objects of one kind. Made once for each request. */
export interface Owners {
  /** The id under which the control of an object is stored, by the engine's id. */
  resourceIdOf(id: string): string;
  resourceId(object: JsonObject): string;
  /** The control that says who may use an object: its own, that of its service or stack, or the one that its labels ask for. */
  controlOf(object: JsonObject, resourceId: string): Promise<ResourceControl | undefined>;
  isAllowed(control: ResourceControl | undefined): boolean;
  /** Members that are added to an object besides its control, as JSON text. */
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

/** Objects of a service or stack have its access. */
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

/** What labels ask for is stored when the object is first seen, and can be changed in Portainer afterwards. */
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
