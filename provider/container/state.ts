import type { ContainerInspect } from "../../contract";
import type { Place } from "../docker/place";
import { anonymousVolumes } from "./arguments/volume";
import { CREATE_LABEL, labelsOf } from "./labels";
import { repoDigestOf } from "./repo-digest";

export interface ContainerOutputs {
  /** The engine's id of the container that now has the name; another one after each roll-out. */
  readonly containerId: string;
  /** The id of the call that created it. */
  readonly createId: string;
  /** The id of its image. */
  readonly imageId: string;
  /** Its image in the registry that it was pulled from, `"nginx@sha256:…"`; unset for one that was built here. */
  readonly repoDigest?: string | undefined;
  /** When it was created. */
  readonly createdAt: string;
  /** `"running"`, `"exited"`, `"paused"` …; `"removed"` for one that `autoRemove` had removed before the `up` was over. */
  readonly status: string;
  /** `"healthy"`, `"unhealthy"`, `"starting"`; unset without a health check. */
  readonly health?: string | undefined;
  /** The exit code, once it has ended. */
  readonly exitCode?: number | undefined;
  /** How often the engine has started it again, by its restart policy. */
  readonly restartCount: number;
  /** The ports of the host, by port of the container: `{ "80/tcp": 32768 }`. */
  readonly assignedPorts: Readonly<Record<string, number>>;
  /** The container's addresses, by network. */
  readonly networkAddresses: Readonly<Record<string, string>>;
  /** Its volumes without a name, by path in the container. They stay when it is deleted, unless `removeVolumes` is true. */
  readonly anonymousVolumes?: Readonly<Record<string, string>> | undefined;
  /** The id of Portainer's access rule for it. */
  readonly resourceControlId?: number | undefined;
  /** What the engine warned of at creation, such as limits it cannot apply. */
  readonly warnings?: readonly string[] | undefined;
  /** What it has written, when `waitFor` is `"exited"`. */
  readonly logs?: string | undefined;
  /** The id of the engine. */
  readonly engineId: string;
  /** The id of the Portainer installation. */
  readonly instanceId: string;
}

/** The outputs, as the engine shows the container, with what is known of it from before. */
export async function outputsOf(
  place: Place,
  container: ContainerInspect,
  known: Partial<Pick<ContainerOutputs, "warnings" | "logs" | "imageId" | "repoDigest">> = {},
): Promise<ContainerOutputs> {
  const { State, NetworkSettings } = container;
  const { warnings, logs } = known;
  const volumes = anonymousVolumes(container).map(({ target, name }) => [target, name]);
  const hasEnded = ["exited", "dead", "removed"].includes(State.Status);
  return {
    containerId: container.Id,
    createId: labelsOf(container)[CREATE_LABEL] ?? "",
    imageId: container.Image,
    repoDigest: await repoDigestOf(place, container, known),
    createdAt: container.Created,
    status: State.Status,
    health: State.Health?.Status === "none" ? undefined : State.Health?.Status,
    exitCode: hasEnded ? State.ExitCode : undefined,
    restartCount: container.RestartCount ?? 0,
    assignedPorts: Object.fromEntries(
      Object.entries(NetworkSettings.Ports ?? {}).flatMap(([port, bindings]) =>
        bindings?.[0] ? [[port, Number(bindings[0].HostPort)]] : [],
      ),
    ),
    networkAddresses: Object.fromEntries(
      Object.entries(NetworkSettings.Networks ?? {}).flatMap(([network, { IPAddress }]) =>
        typeof IPAddress === "string" && IPAddress !== "" ? [[network, IPAddress]] : [],
      ),
    ),
    anonymousVolumes: volumes.length > 0 ? Object.fromEntries(volumes) : undefined,
    resourceControlId: container.Portainer?.ResourceControl?.Id,
    warnings: warnings?.length ? warnings : undefined,
    logs,
    engineId: place.engineId,
    instanceId: place.instanceId,
  };
}
