import { dockerContract } from "../contract/index";
import { negotiate } from "./api-version";
import { bindRoutes } from "./bind";
import type { Caller } from "./caller";
import { once } from "./once";
import type { CallOptions } from "./options";
import type { DockerClient } from "./types";

/** The header by which Portainer's agent knows the node that is meant. */
const TARGET_HEADER = "x-portaineragent-target";

/** The engine of one environment, or of a node of it. `signal` ends what its calls share. */
export function createDocker(
  call: Caller,
  endpointId: number,
  node: string | undefined,
  signal: AbortSignal,
): DockerClient {
  const gateway = `/endpoints/${endpointId}/docker`;
  const { version } = dockerContract.system;
  const aimed = (options: CallOptions = {}): CallOptions =>
    node === undefined ? options : { ...options, headers: { ...options.headers, [TARGET_HEADER]: node } };

  const unversioned = bindRoutes({ system: { version } }, (route, request, options) =>
    call(route, request, aimed(options), gateway),
  );
  const pinned = once(async () => negotiate(endpointId, await unversioned.system.version({}, { signal })));

  const engine = bindRoutes(dockerContract, async (route, request, options) => {
    const path = route === version ? gateway : `${gateway}/v${await pinned.get(options?.signal ?? signal)}`;
    return call(route, request, aimed(options), path);
  });
  return { ...engine, apiVersion: (options) => pinned.get(options?.signal ?? signal) };
}
