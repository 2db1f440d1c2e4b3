type Labels = Readonly<Record<string, string>> | null;

/** The fields of a container that are counted. */
export interface Counted {
  readonly Id: string;
  readonly State: string;
  readonly Labels?: Labels;
}

export interface CountedService {
  readonly Spec: { readonly Labels?: Labels };
}

export function countStates(containers: readonly Counted[]) {
  const count = (...states: string[]) => containers.filter(({ State }) => states.includes(State)).length;
  return {
    running: count("running", "healthy", "unhealthy"),
    stopped: count("exited", "stopped"),
    healthy: count("healthy"),
    unhealthy: count("unhealthy"),
    total: containers.length,
  };
}

const HIDDEN = "io.portainer.hideStack";

/** Counts the stacks of this server together with external ones. */
export function countStacks(
  known: readonly string[],
  containers: readonly Counted[],
  services: readonly CountedService[],
): number {
  const foreign = (all: readonly Labels[], label: string) =>
    all.filter((labels) => !labels?.[HIDDEN]).flatMap((labels) => labels?.[label] || []);
  const projects = containers.map(({ Labels = null }) => Labels);
  const namespaces = services.map(({ Spec: { Labels = null } }) => Labels);
  return new Set([
    ...known,
    ...foreign(projects, "com.docker.compose.project"),
    ...foreign(namespaces, "com.docker.stack.namespace"),
  ]).size;
}
