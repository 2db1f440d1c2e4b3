import { type Endpoint, EndpointType } from "../contract";
import type { Connection } from "../provider/connection";
import { UsageError } from "./usage-error";

const DOCKER: readonly number[] = [
  EndpointType.docker,
  EndpointType.agentDocker,
  EndpointType.edgeAgentDocker,
];

/** Whether an environment speaks the Docker API. */
export const isDocker = ({ Type }: Pick<Endpoint, "Type">): boolean => DOCKER.includes(Type);

/** The environments that `--endpoint` names by id or name; all if it names none. */
export function chosen(
  all: readonly Endpoint[],
  asked: readonly string[],
  exitCode?: number,
): readonly Endpoint[] {
  if (asked.length === 0) return all;
  return asked.map((text) => {
    const found = all.find(({ Id, Name }) => String(Id) === text || Name === text);
    if (found) return found;
    const names = all.map(({ Id, Name }) => `${Id} (${Name})`).join(", ");
    throw new UsageError(
      `--endpoint ${text}: there is no such environment; there are: ${names || "none"}.`,
      exitCode,
    );
  });
}

/** The Docker environments that `--endpoint` names; without it that of the settings, or all. */
export async function dockerEnvironments(
  { client, endpointId }: Connection,
  asked: readonly string[],
): Promise<readonly Endpoint[]> {
  const docker = (await client.endpoints.list({})).filter(isDocker);
  if (asked.length > 0) return chosen(docker, asked);
  return docker.filter(({ Id }) => endpointId === undefined || Id === endpointId);
}
