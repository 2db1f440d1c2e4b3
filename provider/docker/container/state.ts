/** What Pulumi's state holds of a container: its outputs, and its inputs as `refresh` shows them. */
import type { DockerClient } from "../../../client";
import type { ContainerInspect } from "../../../contract";
import type { State } from "../../core/definition";
import { equal } from "../../core/diff";
import type { Properties } from "../../core/properties";
import type { Engine } from "../engine";
import { idOf } from "../identity";
import { type ContainerInputs, type ContainerSchema, containerArguments } from "./arguments";
import { stateOf } from "./arguments/run";
import { anonymousVolumes } from "./arguments/storage";
import { nameOfContainer } from "./calls";
import { CREATE_LABEL, labelsOf } from "./labels";
import { observe, withResolvedNames } from "./observe";

/** The registry digests of images, by image id. An image never changes, so each is asked for once in a process. */
const asked = new WeakMap<DockerClient, Map<string, Promise<readonly string[]>>>();

/** The digest of a container's image in its registry. The state remembers it, so that a refresh stays one request. */
async function repoDigestOf(
  engine: Engine,
  { Image, Config }: ContainerInspect,
  known: { readonly imageId?: string | undefined; readonly repoDigest?: string | undefined },
): Promise<string | undefined> {
  if (known.imageId === Image) return known.repoDigest;
  const images = asked.get(engine.docker) ?? new Map<string, Promise<readonly string[]>>();
  asked.set(engine.docker, images);
  const answer = images.get(Image) ?? repoDigests(engine, Image);
  images.set(Image, answer);
  const digests = await answer;
  const repository = Config.Image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  return digests.find((digest) => digest.startsWith(`${repository}@`)) ?? digests[0];
}

/** Empty for an image that was built on the engine, was removed since, or that the user may not see. */
async function repoDigests({ docker, call }: Engine, image: string): Promise<readonly string[]> {
  const found = await docker.images.inspect({ params: { name: image } }, call).catch(() => undefined);
  return found?.RepoDigests ?? [];
}

export interface ContainerOutputs {
  /** The engine's id of the current container; it changes with each roll-out. */
  readonly containerId: string;
  /** The id of the call that created it. */
  readonly createId: string;
  /** The id of its image. */
  readonly imageId: string;
  /** Its image in the registry that it was pulled from, `"nginx@sha256:…"`; unset if it was built on the engine. */
  readonly repoDigest?: string | undefined;
  /** When it was created. */
  readonly createdAt: string;
  /** `"running"`, `"exited"`, `"paused"` …; `"removed"` if `autoRemove` removed it before the `up` was over. */
  readonly status: string;
  /** `"healthy"`, `"unhealthy"`, `"starting"`; unset without a health check. */
  readonly health?: string | undefined;
  /** The exit code, once it has ended. */
  readonly exitCode?: number | undefined;
  /** How often the restart policy has restarted it. */
  readonly restartCount: number;
  /** Host ports by container port: `{ "80/tcp": 32768 }`. */
  readonly assignedPorts: Readonly<Record<string, number>>;
  /** The container's addresses, by network. */
  readonly networkAddresses: Readonly<Record<string, string>>;
  /** Its anonymous volumes, by path in the container. They stay when it is deleted, unless `removeVolumes` is true. */
  readonly anonymousVolumes?: Readonly<Record<string, string>> | undefined;
  /** The id of Portainer's access rule for it. */
  readonly resourceControlId?: number | undefined;
  /** The engine's warnings, such as limits that it cannot apply. */
  readonly warnings?: readonly string[] | undefined;
  /** The last lines of its log, when `waitFor` is `"exited"`. */
  readonly logs?: string | undefined;
  /** The id of the engine. */
  readonly engineId: string;
  /** The id of the Portainer installation. */
  readonly instanceId: string;
}

/** Where a container can be reached: its published ports, and its address on each network. */
export function connectivityOf({
  NetworkSettings: { Ports, Networks },
}: ContainerInspect): Pick<ContainerOutputs, "assignedPorts" | "networkAddresses"> {
  return {
    assignedPorts: Object.fromEntries(
      Object.entries(Ports ?? {}).flatMap(([port, bindings]) =>
        bindings?.[0] ? [[port, Number(bindings[0].HostPort)]] : [],
      ),
    ),
    networkAddresses: Object.fromEntries(
      Object.entries(Networks ?? {}).flatMap(([network, { IPAddress }]) =>
        typeof IPAddress === "string" && IPAddress !== "" ? [[network, IPAddress]] : [],
      ),
    ),
  };
}

const ENDED = ["exited", "dead", "removed"];

/** What a container does: it runs, or it has ended. */
export function conditionOf({
  State,
  RestartCount,
}: ContainerInspect): Pick<ContainerOutputs, "status" | "health" | "exitCode" | "restartCount"> {
  return {
    status: State.Status,
    health: State.Health?.Status === "none" ? undefined : State.Health?.Status,
    exitCode: ENDED.includes(State.Status) ? State.ExitCode : undefined,
    restartCount: RestartCount ?? 0,
  };
}

/** The outputs: what the engine shows of the container, and what only the state remembers. */
export async function outputsOf(
  engine: Engine,
  container: ContainerInspect,
  known: Partial<Pick<ContainerOutputs, "warnings" | "logs" | "imageId" | "repoDigest">> = {},
): Promise<ContainerOutputs> {
  const { warnings, logs } = known;
  const volumes = anonymousVolumes(container).map(({ target, name }) => [target, name]);
  return {
    containerId: container.Id,
    createId: labelsOf(container)[CREATE_LABEL] ?? "",
    imageId: container.Image,
    repoDigest: await repoDigestOf(engine, container, known),
    createdAt: container.Created,
    ...conditionOf(container),
    ...connectivityOf(container),
    anonymousVolumes: volumes.length > 0 ? Object.fromEntries(volumes) : undefined,
    resourceControlId: container.Portainer?.ResourceControl?.Id,
    warnings: warnings?.length ? warnings : undefined,
    logs,
    engineId: engine.engineId,
    instanceId: engine.instanceId,
  };
}

/** What Pulumi's state holds of a container. */
export type ContainerState = State<typeof ContainerSchema, ContainerOutputs>;

const inputKeys = new Set(Object.keys(containerArguments));

export function inputsOf(state: Partial<ContainerState>): Partial<ContainerInputs> {
  return Object.fromEntries(Object.entries(state).filter(([key]) => inputKeys.has(key)));
}

export function outputsIn(state: ContainerState): ContainerOutputs {
  return Object.fromEntries(
    Object.entries(state).filter(([key]) => !inputKeys.has(key)),
  ) as unknown as ContainerOutputs;
}

export function isRemembered(state: Partial<ContainerState>): state is ContainerState {
  return state.containerId !== undefined && state.name !== undefined;
}

/** A container as `refresh` and `get` show it: the managed inputs with their actual values, and the outputs. */
export async function show(
  engine: Engine,
  id: string,
  now: ContainerInspect,
  state: Partial<ContainerState>,
): Promise<{ id: string; inputs: Partial<ContainerInputs>; outputs: Properties }> {
  const known = isRemembered(state);
  const desired = known ? inputsOf(state) : undefined;
  const inputs: Partial<ContainerInputs> = {
    ...(await asWritten(engine, now, desired, state.warnings)),
    endpointId: desired?.endpointId ?? engine.endpointId,
    nodeName: engine.nodeName,
    name: nameOfContainer(now),
    desiredState: stateOf(now, desired ?? { desiredState: "running" }),
  };
  const outputs = { ...inputs, ...(await outputsOf(engine, now, known ? state : {})) };
  return {
    id: idOf(engine.endpointId, known ? id.slice(id.indexOf("/") + 1) : nameOfContainer(now)),
    inputs,
    outputs,
  };
}

/**
 * The actual inputs. A value that matches the desired one reads as the program wrote it, with names in place of ids.
 */
async function asWritten(
  engine: Engine,
  now: ContainerInspect,
  desired: Partial<ContainerInputs> | undefined,
  warnings: readonly string[] | undefined,
): Promise<Properties> {
  if (desired === undefined) return observe(now, undefined);
  const resolved: Properties = await withResolvedNames(engine, desired);
  const written: Properties = desired;
  return Object.fromEntries(
    Object.entries(observe(now, resolved, warnings)).map(([key, value]) => [
      key,
      equal(value, resolved[key]) ? written[key] : value,
    ]),
  );
}
