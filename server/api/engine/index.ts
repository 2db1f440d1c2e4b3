import { type contract, ResourceType } from "../../../contract";
import { mayUseControl, mayUseRegistry, requireEndpointAccess } from "../../auth/access";
import type { Caller } from "../../auth/caller";
import { engineOf } from "../../environment";
import { type Engine, EngineRefusal } from "../../gateway";
import { isDocker, isEdge } from "../../gateway/environment-type";
import { found, HttpError } from "../../http-error";
import type { Handlers } from "../../route/call";
import type { Services } from "../../services";
import type { EndpointRecord } from "../../store/records";
import { type Counted, type CountedService, countStacks, countStates } from "./count";
import { recreate } from "./recreate";

interface Image {
  readonly Id: string;
  readonly Created: number;
  readonly Size: number;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
}

interface Info {
  readonly Swarm?: { readonly ControlAvailable?: boolean; readonly NodeID?: string };
}

interface DeviceRequest {
  readonly Driver?: string;
  readonly Count?: number;
  readonly DeviceIDs?: readonly string[] | null;
  readonly Capabilities?: readonly (readonly string[])[] | null;
}

export function engineHandlers(services: Services): Handlers<typeof contract.engines> {
  const { store } = services;

  /** The engine of an environment that the caller may use. */
  const open = async (caller: Caller, id: number) => {
    const endpoint = found(store.endpoints, id);
    if (!isDocker(endpoint.Type) && !isEdge(endpoint.Type))
      throw new HttpError(400, "environment is not a docker environment");
    requireEndpointAccess(store, caller, endpoint);
    if (isEdge(endpoint.Type))
      throw new HttpError(500, "Unable to connect to the Docker daemon", "no agent available");
    return { endpoint, engine: await engineOf(services, endpoint) };
  };

  const controlOf = (containerId: string) =>
    store.resourceControls.find((it) => it.Type === ResourceType.container && it.ResourceId === containerId);

  /** Portainer also counts containers without a resource control. */
  const isCounted = (caller: Caller, id: string): boolean => {
    const control = caller.isAdmin ? undefined : controlOf(id);
    return control === undefined || mayUseControl(caller, control);
  };

  const credentialsFor = (caller: Caller, endpoint: EndpointRecord) => (image: string) => {
    const registry = store.registries.find(
      (it) => it.Authentication && image.startsWith(`${it.URL}/`) && mayUseRegistry(caller, it, endpoint.Id),
    );
    return (
      registry && { username: registry.Username, password: registry.Password, serveraddress: registry.URL }
    );
  };

  return {
    async dashboard({ caller, params }) {
      const { endpoint, engine } = await open(caller, params.id);
      const all = await ask<Counted[]>(engine, "/containers/json?all=1", "Docker containers");
      const containers = all.filter(({ Id }) => isCounted(caller, Id));
      const images = await ask<Image[]>(engine, "/images/json", "Docker images");
      const { Swarm } = await ask<Info>(engine, "/info", "Docker info");
      const isManager = Swarm?.ControlAvailable && Swarm.NodeID;
      const services = isManager ? await ask<CountedService[]>(engine, "/services", "Docker services") : [];
      const { Volumes } = await ask<{ Volumes?: unknown[] | null }>(engine, "/volumes", "Docker volumes");
      const networks = await ask<unknown[]>(engine, "/networks", "Docker networks");
      const mayManageStacks = caller.isAdmin || endpoint.SecuritySettings.allowStackManagementForRegularUsers;
      const stored = store.stacks.filter(({ EndpointId }) => EndpointId === endpoint.Id);
      return {
        containers: countStates(containers),
        services: services.length,
        images: { total: images.length, size: images.reduce((sum, { Size }) => sum + Size, 0) },
        volumes: Volumes?.length ?? 0,
        networks: networks.length,
        stacks: mayManageStacks
          ? countStacks(
              stored.map(({ Name }) => Name),
              containers,
              services,
            )
          : 0,
      };
    },

    async images({ caller, params, query }) {
      const { engine } = await open(caller, params.id);
      const images = await ask<Image[]>(engine, "/images/json", "Docker images");
      const containers =
        query.withUsage === "true"
          ? await ask<{ ImageID: string }[]>(engine, "/containers/json?all=1", "Docker containers")
          : [];
      const used = new Set(containers.map(({ ImageID }) => ImageID));
      return images.map((image) => ({
        created: image.Created,
        nodeName: "",
        id: image.Id,
        size: image.Size,
        tags: tagsOf(image),
        used: used.has(image.Id),
      }));
    },

    async gpus({ caller, params }) {
      const { engine } = await open(caller, params.id);
      const path = `/containers/${encodeURIComponent(params.container)}/json`;
      const container = await engine
        .json<{ Id: string; HostConfig: { DeviceRequests?: DeviceRequest[] | null } }>("GET", path)
        .catch(failed(404, "Unable to find the container"));
      requireControl(caller, container.Id);
      return { gpus: gpusOf(container.HostConfig.DeviceRequests ?? []) };
    },

    async recreate(call) {
      const { caller, params } = call;
      const { endpoint, engine } = await open(caller, params.id);
      const { PullImage: pull = false } = call.body;
      const path = `/containers/${encodeURIComponent(params.container)}/json`;
      const old = await ask<{ Id: string }>(engine, path, "container");
      requireControl(caller, old.Id);
      const credentials = credentialsFor(caller, endpoint);
      const made = await recreate(engine, old.Id, { pull, credentials }).catch((cause: Error) => {
        throw new HttpError(500, "Error recreating container", cause.message, { cause });
      });
      await store.change(() => {
        const control = controlOf(old.Id);
        if (control) store.resourceControls.put(control.Id, { ...control, ResourceId: made.Id });
        const hook = store.webhooks.find(({ ResourceId }) => ResourceId === old.Id);
        if (hook) store.webhooks.put(hook.Id, { ...hook, ResourceId: made.Id });
      });
      return { ...made };
    },
  };

  function requireControl(caller: Caller, id: string): void {
    const control = controlOf(id);
    if (!caller.isAdmin && !(control && mayUseControl(caller, control)))
      throw new HttpError(403, "Access denied to resource");
  }
}

const ask = <T>(engine: Engine, path: string, what: string): Promise<T> =>
  engine.json<T>("GET", path).catch(failed(500, `Unable to retrieve ${what}`));

/** The engine's refusal with this status and message; whatever else goes wrong means that it cannot be reached. */
const failed =
  (status: number, message: string) =>
  (cause: Error): never => {
    if (cause instanceof EngineRefusal) throw new HttpError(status, message, cause.text.slice(0, 500));
    throw new HttpError(500, "Unable to connect to the Docker daemon", cause.message, { cause });
  };

/** Images that have lost their tags are called by what they were pulled as. */
function tagsOf({ RepoTags, RepoDigests }: Image): string[] | null {
  if (RepoTags?.length) return [...RepoTags];
  return RepoDigests?.map((digest) => `${digest.split("@")[0]}:<none>`) ?? null;
}

function gpusOf(requests: readonly DeviceRequest[]): string {
  const gpuRequest = requests.find(
    ({ Driver, Capabilities }) => Driver === "nvidia" || Capabilities?.[0]?.[0] === "gpu",
  );
  if (!gpuRequest) return "none";
  return gpuRequest.Count === -1 ? "all" : `id:${(gpuRequest.DeviceIDs ?? []).join(",")}`;
}
