import { z } from "zod";
import { ResourceType } from "../../contract";
import { inTurn } from "../core/concurrency";
import type { Context, Definition, Property, State } from "../core/definition";
import { equal } from "../core/diff";
import { ProviderError, unlessNotFound } from "../core/errors";
import { repeatIfLost } from "../core/lost-answer";
import type { Installed } from "../core/object";
import type { Properties } from "../core/properties";
import { IdSchema, idNumber } from "../core/schema";
import type { Failure } from "../core/validate";
import {
  type Access,
  AccessSchema,
  type Controlled,
  canonicalAccess,
  ownershipOf,
  readAccess,
  refreshedAccess,
  type Server,
  setAccess,
  withIds,
} from "../docker/access";
import { controlledNetwork } from "../docker/network-recreate";
import { controlled as controlledStack } from "./stack/work";

const TYPES = [
  "container",
  "volume",
  "network",
  "service",
  "secret",
  "config",
  "stack",
  "customTemplate",
] as const;
type Type = (typeof TYPES)[number];
/** What Portainer's database has; everything else is on the engine of an environment. */
const PORTAINERS: readonly Type[] = ["stack", "customTemplate"];

export const ResourceControlSchema = z.object({
  /** What kind of object it is. A change replaces the resource. Portainer: `Type`. */
  type: z.enum(TYPES),
  /**
   * The environment of the object: its id, or the `Endpoint`. Not for a stack or a custom template. A change replaces the
   * resource. @default the provider's `endpointId`
   */
  endpointId: IdSchema.optional(),
  /**
   * The object: a container, volume, network, service, secret or config by its name or id; a stack or custom template by
   * its number. A change replaces the resource. Portainer: `ResourceID`.
   */
  objectId: z.union([z.string().min(1, "the id is empty"), z.int().positive()]),
  /**
   * Who may use it besides administrators: `"public"` (everybody with access to the environment), `"administrators"`
   * (nobody else), or users and teams by name, id or resource. Changed in place. Portainer: `ResourceControl`.
   */
  access: AccessSchema,
  /**
   * What to do when somebody has given others access already: `"replace"` takes it and changes it. Destroying the
   * resource puts it back. @default refuse, unless it is as desired
   */
  adopt: z.literal("replace").optional(),
});
export type ResourceControlArgs = z.input<typeof ResourceControlSchema>;

export interface ResourceControlOutputs extends Installed {
  /** Who could use the object before; a destroy puts that back. A `get` and an import have none. */
  readonly former?: Access;
}

type Inputs = z.output<typeof ResourceControlSchema>;
type ResourceControlState = State<typeof ResourceControlSchema, ResourceControlOutputs>;

/** An object, as this resource names it. */
interface Target {
  readonly type: Type;
  readonly endpointId: number | undefined;
  readonly objectId: string;
}

const text = (value: unknown) => String(value);
const properties = {
  type: { change: "replace" },
  endpointId: { change: "replace", normalize: idNumber },
  objectId: { change: "replace", normalize: text },
  access: { normalize: canonicalAccess },
  adopt: { change: "none" },
} as const satisfies Record<string, Property>;

const isPortainers = (type: unknown): boolean => PORTAINERS.some((one) => one === type);

const targetOf = ({ type, endpointId, objectId }: Inputs): Target => ({
  type,
  endpointId: isPortainers(type) || endpointId === undefined ? undefined : idNumber(endpointId),
  objectId: String(objectId),
});

const idOf = ({ type, endpointId, objectId }: Target): string =>
  [type, ...(endpointId === undefined ? [] : [endpointId]), objectId].join("/");

const inWords = ({ type, endpointId, objectId }: Target): string => {
  const object = `the ${type === "customTemplate" ? "custom template" : type} "${objectId}"`;
  return endpointId === undefined ? object : `${object} of environment ${endpointId}`;
};

function parse(id: string): Target {
  const [type, ...rest] = id.split("/");
  const found = TYPES.find((one) => one === type);
  const [endpointId, ...objectId] = isPortainers(found) ? [undefined, ...rest] : rest;
  if (found && objectId.length > 0 && (endpointId === undefined || /^[1-9]\d*$/.test(endpointId)))
    return {
      type: found,
      endpointId: endpointId && Number(endpointId),
      objectId: objectId.join("/"),
    } as Target;
  throw new ProviderError(
    `a ResourceControl is looked up by the type and ids of its object, such as "container/1/web" or "stack/3", and "${id}" is none`,
  );
}

/** Reads an object with its control. Portainer shows a control with its object alone. */
async function look(server: Server, { type, endpointId = 0, objectId: id }: Target): Promise<Controlled> {
  const { portainer, call } = server;
  const engine = portainer.docker(endpointId);
  const inSwarm = ({ ID, Portainer }: InSwarm): Controlled => ({
    type: ResourceType[type],
    id: ID,
    control: Portainer?.ResourceControl as Controlled["control"],
  });
  switch (type) {
    case "container": {
      const { Id, Portainer } = await engine.containers.inspect({ params: { id } }, call);
      return { type: ResourceType.container, id: Id, control: Portainer?.ResourceControl };
    }
    case "volume": {
      const { ResourceID = "", Portainer } = await engine.volumes.inspect({ params: { name: id } }, call);
      return { type: ResourceType.volume, id: ResourceID, control: Portainer?.ResourceControl };
    }
    case "network":
      return controlledNetwork(await engine.networks.inspect({ params: { id } }, call));
    case "service":
      return inSwarm(await engine.services.inspect({ params: { id } }, call));
    case "secret":
      return inSwarm(await engine.secrets.inspect({ params: { id } }, call));
    case "config":
      return inSwarm(await engine.configs.inspect({ params: { id } }, call));
    case "stack":
      return controlledStack(await portainer.stacks.get({ params: { id } }, call));
    case "customTemplate": {
      const template = await portainer.customTemplates.get({ params: { id } }, call);
      return { type: ResourceType.customTemplate, id, control: template.ResourceControl };
    }
  }
}

interface InSwarm {
  readonly ID: string;
  readonly Portainer?: { readonly ResourceControl?: unknown } | undefined;
}

/** The control of the object itself, not that of its stack. */
const own = ({ type, control }: Controlled): Controlled["control"] =>
  control && control.Id > 0 && control.Type === type ? control : undefined;

const serverOf = ({ connection, signal }: Context): Server => ({
  portainer: connection.client,
  call: { signal },
});

const nameIn = (instanceId: string, { type, id }: Controlled): string =>
  `${instanceId}/ResourceControl/${type}/${id}`;

/** Who may use an object that no resource of the program made. */
export const resourceControl: Definition<typeof ResourceControlSchema, ResourceControlOutputs> = {
  type: "ResourceControl",
  schema: ResourceControlSchema,
  properties,
  secrets: [],
  misnomers: { resourceId: "objectId", resource_id: "objectId", id: "objectId", environmentId: "endpointId" },

  defaults: ({ type, endpointId }, { settings }) =>
    isPortainers(type) || endpointId !== undefined || !settings.endpointId
      ? {}
      : { endpointId: settings.endpointId },
  validate({ type, endpointId }: Properties): Failure[] {
    if (isPortainers(type))
      return endpointId === undefined
        ? []
        : [{ property: "endpointId", reason: `a ${String(type)} is found without it: leave it out` }];
    return endpointId !== undefined
      ? []
      : [{ property: "endpointId", reason: "no environment: say on which one the object is" }];
  },
  identity: ({ instanceId, ...inputs }) =>
    instanceId === undefined
      ? undefined
      : `${instanceId}/ResourceControl/${idOf(targetOf(inputs as Inputs))}`,

  async create(context, inputs) {
    const instanceId = await context.connection.sameServer(undefined);
    const server = serverOf(context);
    const target = targetOf(inputs);
    const ownership = await ownershipOf(server, inputs.access);
    const present = await unlessNotFound(() => look(server, target));
    if (!present) throw new ProviderError(`there is no ${inWords(target).slice(4)}: nothing was changed`);
    if (present.control?.System) {
      throw new ProviderError(`${inWords(target)} is Portainer's own: who may use it cannot be changed`);
    }
    const former = readAccess(own(present));
    const isAsDesired =
      own(present) !== undefined &&
      equal(canonicalAccess(former), canonicalAccess(await withIds(server, inputs.access)));
    if (!isAsDesired && former !== "administrators" && inputs.adopt === undefined) {
      throw new ProviderError(
        `somebody has said already who may use ${inWords(target)}: ${JSON.stringify(former)}. Nothing was changed. ` +
          'Write the same, or `adopt: "replace"` to have it changed; a destroy puts it back.',
      );
    }
    if (!isAsDesired) {
      await inTurn(nameIn(instanceId, present), () => setAccess(server, present, ownership));
    }
    return { id: idOf(target), outputs: { ...inputs, former, instanceId } };
  },

  async read(context, id, state) {
    const target = parse(id);
    const isGet = state.instanceId === undefined;
    const instanceId = await context.connection.sameServer(state.instanceId);
    const server = serverOf(context);
    const now = await unlessNotFound(() => look(server, target));
    if (!now) return undefined;
    const access = state.access
      ? await refreshedAccess(server, state.access, now.control)
      : readAccess(now.control);
    const inputs = isGet
      ? { ...target, access }
      : {
          type: target.type,
          ...(state.endpointId !== undefined && { endpointId: state.endpointId }),
          objectId: state.objectId ?? target.objectId,
          access,
          ...(state.adopt && { adopt: state.adopt }),
        };
    return {
      id,
      inputs: inputs as Partial<Inputs>,
      outputs: { ...inputs, former: state.former, instanceId },
    };
  },

  async update(context, id, olds, news): Promise<ResourceControlState> {
    const instanceId = await context.connection.sameServer(olds.instanceId);
    const server = serverOf(context);
    const ownership = await ownershipOf(server, news.access);
    const target = parse(id);
    const present = await unlessNotFound(() => look(server, target));
    if (!present) throw new ProviderError(`${inWords(target)} is gone: it was deleted outside of Pulumi`);
    await inTurn(nameIn(instanceId, present), () => setAccess(server, present, ownership));
    return { ...news, ...(olds.former && { former: olds.former }), instanceId };
  },

  async delete(context, id, { former, instanceId }) {
    await context.connection.sameServer(instanceId);
    const server = serverOf(context);
    const present = await unlessNotFound(() => look(server, parse(id)));
    const control = present && own(present);
    if (!present || !control) return;
    const before = former ?? "administrators";
    if (before !== "administrators") {
      await setAccess(server, present, await ownershipOf(server, before));
      return;
    }
    const { resourceControls } = server.portainer;
    await repeatIfLost(() =>
      unlessNotFound(() => resourceControls.delete({ params: { id: control.Id } }, server.call)),
    );
  },
};
