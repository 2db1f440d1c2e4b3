import { dockerContract } from "../contract/index";
import { negotiate } from "./api-version";
import { bindRoutes } from "./bind";
import type { Caller } from "./caller";
import { once } from "./once";
import type { DockerClient } from "./types";

/** The engine of one environment. `signal` ends what its calls share. */
export function createDocker(call: Caller, endpointId: number, signal: AbortSignal): DockerClient {
  const gateway = `/endpoints/${endpointId}/docker`;
  const { version } = dockerContract.system;

  const unversioned = bindRoutes({ system: { version } }, (route, request, options) =>
    call(route, request, options, gateway),
  );
  const pinned = once(async () => negotiate(endpointId, await unversioned.system.version({}, { signal })));

  const engine = bindRoutes(dockerContract, async (route, request, options) => {
    const path = route === version ? gateway : `${gateway}/v${await pinned.get(options?.signal ?? signal)}`;
    return call(route, request, options, path);
  });
  return { ...engine, apiVersion: (options) => pinned.get(options?.signal ?? signal) };
}
