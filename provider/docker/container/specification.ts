/** Turns the inputs into the body that creates a container, and refuses arguments that the engine is too old for. */
import { isAtLeast } from "../../../contract";
import { ProviderError } from "../../core/errors";
import type { Engine } from "../engine";
import { URN_LABEL } from "../identity";
import { type ContainerInputs, containerArguments } from "./arguments";
import { canonical, type Wire } from "./arguments/argument";
import { attachments } from "./arguments/networks";
import { fileVolumesFor, mountFileVolumes } from "./files";
import { CREATE_LABEL, fingerprint, SPECIFICATION_LABEL } from "./labels";

/**
 * Refuses arguments that the engine is too old for: it would ignore them without an error.
 *
 * @param keys the arguments that are about to be sent.
 * @throws ProviderError that names the arguments, before anything is changed.
 */
export async function refuseTooNew(
  engine: Engine,
  inputs: ContainerInputs,
  keys: readonly (keyof ContainerInputs)[] = Object.keys(inputs) as (keyof ContainerInputs)[],
): Promise<void> {
  const needs = keys.flatMap((key) => {
    const value = inputs[key];
    const { since } = containerArguments[key] ?? {};
    const isAsked = canonical(containerArguments[key] ?? {}, value) !== null;
    return since && isAsked ? Object.entries(since(value as never)) : [];
  });
  if (needs.length === 0) return;
  const apiVersion = await engine.docker.apiVersion(engine.call);
  const tooNew = needs.filter(([, version]) => !isAtLeast(apiVersion, version));
  if (tooNew.length === 0) return;
  const list = tooNew.map(([what, version]) => `\`${what}\` needs Docker API ${version}`).join(", ");
  throw new ProviderError(
    `${list}; the engine of environment ${engine.endpointId} speaks ${apiVersion} with this provider. Nothing was changed.`,
  );
}

/** From this version on the engine connects a new container to several networks at once. */
const SEVERAL_NETWORKS = "1.44";

interface Specification {
  /** The body of `POST /containers/create`. */
  readonly body: Wire & { Image: string };
  /** The networks to connect after the creation. */
  readonly furtherNetworks: readonly { readonly network: string; readonly config: Wire }[];
  readonly fingerprint: string;
}

/** Builds the create body from the argument table. */
export function specification(
  inputs: ContainerInputs,
  apiVersion: string,
  urn: string | undefined,
  createId: string,
): Specification {
  const body: Wire & { Image: string } = { Image: inputs.image };
  for (const [key, argument] of Object.entries(containerArguments)) {
    const value = inputs[key as keyof ContainerInputs];
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
 * Sets the first network as the network mode, so that the container does not join the default bridge as well. For no
 * networks the mode is `none`: the engine connects any other container to the default bridge when it starts it.
 */
function joinNetworks(
  inputs: ContainerInputs,
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
