import { isAtLeast } from "../../contract";
import { URN_LABEL } from "../docker/identity";
import { canonical, type Wire } from "./argument";
import { type ContainerSettled, containerArguments } from "./arguments";
import { attachments } from "./arguments/attachment";
import { fileVolumesFor, mountFileVolumes } from "./file-volumes";
import { CREATE_LABEL, fingerprint, SPECIFICATION_LABEL } from "./labels";

/** From this version on the engine connects a new container to several networks at once. */
const SEVERAL_NETWORKS = "1.44";

export interface Specification {
  /** The body of `POST /containers/create`. */
  readonly body: Wire & { Image: string };
  /** Networks that have to be connected after the creation. */
  readonly furtherNetworks: readonly { readonly network: string; readonly config: Wire }[];
  readonly fingerprint: string;
}

/** What the engine is asked to create. */
export function specification(
  inputs: ContainerSettled,
  apiVersion: string,
  urn: string | undefined,
  createId: string,
): Specification {
  const body: Wire & { Image: string } = { Image: inputs.image };
  for (const [key, argument] of Object.entries(containerArguments)) {
    const value = inputs[key as keyof ContainerSettled];
    if (canonical(argument, value) !== null) argument.write?.(value as never, body);
  }
  const print = fingerprint(body);
  body["Labels"] = {
    ...(body["Labels"] as Wire | undefined),
    ...(urn !== undefined && { [URN_LABEL]: urn }),
    [CREATE_LABEL]: createId,
    [SPECIFICATION_LABEL]: print,
  };
  mountFileVolumes(body, fileVolumesFor(inputs, createId), createId);
  return { body, furtherNetworks: joinNetworks(inputs, apiVersion, body), fingerprint: print };
}

/**
 * The first network is named as the container's mode, so that it does not join the default bridge as well. Whoever is to
 * be on none is so by the mode: the engine connects every other container to the default bridge when it starts it.
 */
function joinNetworks(
  inputs: ContainerSettled,
  apiVersion: string,
  body: Wire,
): Specification["furtherNetworks"] {
  const all = attachments(inputs.networks ?? []);
  const [first] = all;
  if (!first) {
    if (inputs.networks)
      body["HostConfig"] = { ...(body["HostConfig"] as Wire | undefined), NetworkMode: "none" };
    return [];
  }
  const atOnce = isAtLeast(apiVersion, SEVERAL_NETWORKS) ? all : [first];
  body["HostConfig"] = { ...(body["HostConfig"] as Wire | undefined), NetworkMode: first.network };
  body["NetworkingConfig"] = {
    EndpointsConfig: Object.fromEntries(atOnce.map(({ network, config }) => [network, config])),
  };
  return all.slice(atOnce.length);
}
