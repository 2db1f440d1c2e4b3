/** The volumes that a stack's file declares: Portainer leaves them behind. */
import { isApiError } from "../../../client";
import { until } from "../../core/concurrency";
import { repeatIfLost } from "../../core/lost-answer";
import { idNumber } from "../../core/schema";
import { unlessObjectGone } from "../../docker/engine";
import type { StackState, Work } from "./work";

/** How long the containers of a swarm may take to end, in seconds. */
const IN_USE_SECONDS = 60;

/** Their names, by the labels that Compose and swarms give them. */
export async function volumesOf(
  { portainer, call }: Work,
  { endpointId, name, type }: StackState,
): Promise<string[]> {
  const label = type === "swarm" ? "com.docker.stack.namespace" : "com.docker.compose.project";
  const filters = JSON.stringify({ label: [`${label}=${name}`] });
  const { Volumes } = await portainer.docker(idNumber(endpointId)).volumes.list({ query: { filters } }, call);
  return (Volumes ?? []).map(({ Name }) => Name);
}

/** Deletes them, once the containers that have them are gone: a swarm removes a stack in the background. */
export async function deleteVolumes(
  { context: { signal, progress }, portainer, call }: Work,
  { endpointId }: StackState,
  names: readonly string[],
): Promise<void> {
  const { volumes } = portainer.docker(idNumber(endpointId));
  for (const name of names) {
    await until(signal, async (seconds) => {
      try {
        await unlessObjectGone(() => repeatIfLost(() => volumes.delete({ params: { name } }, call)));
        return true;
      } catch (error) {
        if (!isApiError(error) || error.status !== 409 || seconds >= IN_USE_SECONDS) throw error;
        progress(`waiting until nothing uses the volume "${name}": ${seconds} s`);
        return undefined;
      }
    });
  }
}
