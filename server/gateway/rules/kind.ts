import { ResourceType } from "../../../contract";
import type { JsonObject } from "../json/spans";

/** How to identify the objects of one kind, and how to find out whose they are. */
export interface Kind {
  /** The type under which their controls are stored. */
  readonly type: number;
  /** The key of the id in lists, inspections and answers to a create. */
  readonly idKey: string;
  /** Where to inspect one. */
  readonly path: (id: string) => string;
  readonly labels: (object: JsonObject) => Labels | undefined;
  /** The id is unique on one engine only: controls are stored for `<id>_<id of the engine>`. */
  readonly perEngine?: true;
  /** Everybody may use the networks with these names. */
  readonly system?: ReadonlySet<unknown>;
}

export type Labels = Readonly<Record<string, string>>;

const own = (object: JsonObject) => object.get<Labels>("Labels");
const ofSpec = (object: JsonObject) => object.get<{ Labels?: Labels }>("Spec")?.Labels;

export const container: Kind = {
  type: ResourceType.container,
  idKey: "Id",
  path: (id) => `/containers/${id}/json`,
  labels: (object) => own(object) ?? object.get<{ Labels?: Labels }>("Config")?.Labels,
};

export const service: Kind = {
  type: ResourceType.service,
  idKey: "ID",
  path: (id) => `/services/${id}`,
  labels: ofSpec,
};

/** A task has the access of its service. */
export const task: Kind = {
  ...service,
  idKey: "ServiceID",
  labels: (object) => object.get<{ ContainerSpec?: { Labels?: Labels } }>("Spec")?.ContainerSpec?.Labels,
};

export const volume: Kind = {
  type: ResourceType.volume,
  idKey: "Name",
  path: (id) => `/volumes/${id}`,
  labels: own,
  perEngine: true,
};

export const network: Kind = {
  type: ResourceType.network,
  idKey: "Id",
  path: (id) => `/networks/${id}`,
  labels: own,
  system: new Set(["bridge", "host", "ingress", "nat", "none"]),
};

export const secret: Kind = {
  type: ResourceType.secret,
  idKey: "ID",
  path: (id) => `/secrets/${id}`,
  labels: ofSpec,
};

export const config: Kind = {
  type: ResourceType.config,
  idKey: "ID",
  path: (id) => `/configs/${id}`,
  labels: ofSpec,
};
