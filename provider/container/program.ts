import type { Properties } from "../core/hidden";
import { hasUnknown } from "../core/unknown";
import type { Failure } from "../core/validate";

/** What other tools call an argument, with what it is called here. */
export const misnomers: Readonly<Record<string, string>> = {
  environment: "env",
  Env: "env",
  envs: "env",
  Image: "image",
  Cmd: "command",
  cmd: "command",
  commands: "command",
  args: "command",
  Entrypoint: "entrypoint",
  entrypoints: "entrypoint",
  Labels: "labels",
  mustRun: "desiredState",
  start: "desiredState",
  rm: "autoRemove",
  networksAdvanced: "networks",
  restartPolicy: "restart",
  RestartPolicy: "restart",
  mounts: "volumes",
  Mounts: "volumes",
  binds: "volumes",
  uploads: "files",
  workdir: "workingDir",
  working_dir: "workingDir",
  User: "user",
  Hostname: "hostname",
  memoryLimit: "memory",
  mem_limit: "memory",
  memoryMb: "memory",
  cpuSet: "cpusetCpus",
  cpuLimit: "cpus",
  capabilities: "capAdd",
  cap_add: "capAdd",
  healthCheck: "healthcheck",
  endpoint: "endpointId",
  environmentId: "endpointId",
  hosts: "extraHosts",
  stdin: "stdinOpen",
  stdin_open: "stdinOpen",
  wait: "waitFor",
  keepLocally: "removeVolumes",
};

/** What no single argument shows to be wrong. */
export function validateTogether(inputs: Properties): Failure[] {
  return [...missingEndpoint(inputs), ...conflicts(inputs)];
}

function missingEndpoint({ endpointId }: Properties): Failure[] {
  if (endpointId !== undefined) return [];
  const reason =
    "no environment: set `endpointId` here or on the Provider, stack config portainer:endpointId or PORTAINER_ENDPOINT_ID";
  return [{ property: "endpointId", reason }];
}

/** Values that are not known yet are in nobody's way. */
function conflicts(inputs: Properties): Failure[] {
  const set = (key: string) => inputs[key] !== undefined && !hasUnknown(inputs[key]);
  const known = Object.fromEntries(Object.entries(inputs).filter(([key]) => set(key)));
  const { autoRemove, restart, waitFor, desiredState } = known;
  const failures: Failure[] = [];
  if (set("networks") && set("networkMode")) {
    failures.push({
      property: "networkMode",
      reason: "`networks` and `networkMode` exclude each other: keep one",
    });
  }
  if (autoRemove === true && restart !== undefined && restart !== "no") {
    failures.push({
      property: "autoRemove",
      reason: `a container with restart "${restart}" cannot have autoRemove`,
    });
  }
  if (autoRemove === true && waitFor === "exited") {
    failures.push({
      property: "autoRemove",
      reason: 'waitFor "exited" needs the container after its end: drop autoRemove',
    });
  }
  if (set("cpus") && (set("cpuQuota") || set("cpuPeriod"))) {
    failures.push({
      property: "cpus",
      reason: "`cpus` and `cpuQuota`/`cpuPeriod` say the same twice: keep one form",
    });
  }
  if (
    waitFor !== undefined &&
    waitFor !== "started" &&
    desiredState !== undefined &&
    desiredState !== "running"
  ) {
    failures.push({ property: "waitFor", reason: `waiting for "${waitFor}" needs desiredState "running"` });
  }
  return failures;
}
