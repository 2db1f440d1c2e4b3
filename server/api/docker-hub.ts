import { type contract, RegistryType } from "../../contract";
import { requireEndpointAccess } from "../auth/access";
import type { Caller } from "../auth/caller";
import { mayUseRegistry } from "../auth/registry";
import { type HubAccount, NoHubToken, pullLimits } from "../docker-hub";
import { HttpError } from "../http-error";
import { found } from "../not-found";
import type { Handlers } from "../route/call";
import type { Services } from "../services";
import type { Store } from "../store/store";
import { createRegistry, updatedRegistry } from "./registry/change";

/** Registry 0 stands for nobody. */
const ANONYMOUS = 0;

export function dockerHubHandlers({ store }: Services): Handlers<typeof contract.dockerHub> {
  const hub = () => store.registries.find(({ Type }) => Type === RegistryType.dockerHub);
  return {
    get: () => {
      const { Authentication = false, Username = "" } = hub() ?? {};
      return { Authentication, Username };
    },

    async update({ body }) {
      await store.change(() => {
        const wish = { ...body, Authentication: body.Authentication ?? false };
        if (wish.Authentication && !(wish.Username && wish.Password))
          throw new HttpError(
            400,
            "Invalid request payload",
            "Invalid credentials. Username and password must be specified when authentication is enabled",
          );
        const known = hub();
        if (known) store.registries.put(known.Id, updatedRegistry(store, known, wish));
        else
          createRegistry(store, {
            Name: "Docker Hub",
            Type: RegistryType.dockerHub,
            URL: "docker.io",
            ...wish,
          });
      });
    },

    async limits({ caller, params }) {
      const endpoint = found(store.endpoints, params.id);
      requireEndpointAccess(store, caller, endpoint);
      if (!endpoint.URL.startsWith("unix://")) throw new HttpError(400, "Invalid environment type");
      const account = accountOf(store, caller, endpoint.Id, params.registryId);
      return pullLimits(account).catch((cause: Error) => {
        const what = cause instanceof NoHubToken ? "token" : "rate limits";
        throw new HttpError(500, `Unable to retrieve DockerHub ${what} from DockerHub`, cause.message, {
          cause,
        });
      });
    },
  };
}

function accountOf(
  store: Store,
  caller: Caller,
  endpointId: number,
  registryId: number,
): HubAccount | undefined {
  if (registryId === ANONYMOUS) return undefined;
  const registry = found(store.registries, registryId);
  if (registry.Type !== RegistryType.dockerHub) throw new HttpError(400, "Invalid registry type");
  if (!mayUseRegistry(caller, registry, endpointId)) throw new HttpError(403, "Access denied to resource");
  return registry.Authentication ? { username: registry.Username, password: registry.Password } : undefined;
}
