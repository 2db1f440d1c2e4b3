/** Finds out whether the connection to Portainer goes through a container, so that no change cuts it. */
import type { ContainerInspect } from "../../../contract";
import { ProviderError } from "../../core/errors";
import type { Engine } from "../engine";
import { listContainers, listOnce, nameOfContainer } from "./calls";

const PORTAINER_IMAGE = /(?:^|\/)portainer\/(?:portainer(?:-ce|-ee)?|agent)(?::|@|$)/;

/** Refuses to recreate the container that the connection goes through: the roll-out could not finish. */
export async function refuseToRecreatePortainer(engine: Engine, container: ContainerInspect): Promise<void> {
  const reason = await whyItCarriesTheConnection(engine, container);
  if (reason === undefined) return;
  throw new ProviderError(
    `"${nameOfContainer(container)}" cannot be recreated through Portainer: ${reason}, and stopping it would cut the connection half-way. ` +
      "Nothing was changed. Recreate it by other means, reach Portainer at another url, or set `force: true` if the connection does not go through it.",
  );
}

/** Why the connection may go through a container; `undefined` if it does not. */
export async function whyItCarriesTheConnection(
  engine: Engine,
  container: ContainerInspect,
): Promise<string | undefined> {
  if (await carriesConnection(engine, container)) return "it is Portainer itself, or its agent";
  if (!publishesOwnUrl(engine, container)) return undefined;
  return `it publishes the port of ${engine.context.connection.url}, the provider's url`;
}

/** Portainer marks its own container, but only in lists. */
async function carriesConnection(engine: Engine, { Id, Config }: ContainerInspect): Promise<boolean> {
  if (PORTAINER_IMAGE.test(Config.Image)) return true;
  const known = (await listOnce(engine)).find((item) => item.Id === Id);
  const [found] = known ? [known] : await listContainers(engine, { id: [Id] });
  return found?.Id === Id && found.IsPortainer === true;
}

function publishesOwnUrl({ context }: Engine, { NetworkSettings }: ContainerInspect): boolean {
  const { port, protocol } = new URL(context.connection.url);
  const own = port || (protocol === "https:" ? "443" : "80");
  return Object.values(NetworkSettings.Ports ?? {}).some((bindings) =>
    bindings?.some(({ HostPort }) => HostPort === own),
  );
}
