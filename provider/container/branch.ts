import type { ContainerInspect } from "../../contract";
import { ProviderError } from "../core/failure";
import type { Place } from "../docker/place";
import { nameOfContainer } from "./find";

const PORTAINER_IMAGE = /(?:^|\/)portainer\/(?:portainer(?:-ce|-ee)?|agent)(?::|@|$)/;

/**
 * Refuses to stop the container that the connection goes through: the roll-out could not end.
 *
 * @throws ProviderError before anything is changed.
 */
export async function refuseToCutTheBranch(place: Place, container: ContainerInspect): Promise<void> {
  const reason = (await carriesConnection(place, container))
    ? "it is Portainer itself, or its agent"
    : publishesOwnUrl(place, container)
      ? `it publishes the port of ${place.context.connection.url}, the provider's url`
      : undefined;
  if (reason === undefined) return;
  throw new ProviderError(
    `"${nameOfContainer(container)}" cannot be recreated through Portainer: ${reason}, and stopping it would cut the connection half-way. ` +
      "Nothing was changed. Recreate it by other means, reach Portainer at another url, or set `force: true` if the connection does not go through it.",
  );
}

/** Portainer marks its own container, but only in lists. */
async function carriesConnection(
  { docker, call }: Place,
  { Id, Config }: ContainerInspect,
): Promise<boolean> {
  if (PORTAINER_IMAGE.test(Config.Image)) return true;
  const query = { all: "1", filters: JSON.stringify({ id: [Id] }) };
  const list = await docker.containers.list({ query }, call);
  return list.some((item) => item.Id === Id && item.IsPortainer === true);
}

function publishesOwnUrl({ context }: Place, { NetworkSettings }: ContainerInspect): boolean {
  const { port, protocol } = new URL(context.connection.url);
  const own = port || (protocol === "https:" ? "443" : "80");
  return Object.values(NetworkSettings.Ports ?? {}).some((bindings) =>
    bindings?.some(({ HostPort }) => HostPort === own),
  );
}
