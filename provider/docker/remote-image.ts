import { z } from "zod";
import type { CallOptions } from "../../client";
import { registryAuth } from "../../contract/registry-auth";
import type { Connection } from "../connection";
import type { Inputs } from "../core/definition";
import { messageOf, ProviderError } from "../core/errors";
import { lookUp } from "../core/look-up";
import { IdSchema, idNumber } from "../core/schema";
import type { FunctionDefinition } from "../functions/function";

export const RemoteImageSchema = z.object({
  /** The image, `"nginx:1.27"`; without a tag it is `latest`. */
  image: z.string(),
  /** The environment whose engine asks the registry: its id, or the `Endpoint`. @default the provider's `endpointId` */
  endpointId: IdSchema.optional(),
  /** One of Portainer's registries, whose credentials to use: its id, or the `Registry`. Portainer itself uses them only for pulls. */
  registryId: IdSchema.optional(),
  /** Credentials for a private registry. Secret. */
  credentials: z
    .strictObject({
      /** The user of the registry. */
      username: z.string(),
      /** That user's password or access token. */
      password: z.string(),
    })
    .optional(),
});
export type RemoteImageArgs = z.input<typeof RemoteImageSchema>;

export interface RemoteImageOutputs {
  /** The digest that the registry has for it now, `"sha256:…"`: use it as `imageDigest` of a `Container`. */
  readonly digest: string;
  /** The image's platforms, such as `"linux/arm64/v8"`; empty if the registry does not say. */
  readonly platforms: readonly string[];
  /** The id of the Portainer installation. */
  readonly instanceId: string;
}

/**
 * An image as its registry has it. It is never managed, only looked up. Its id, `1/nginx:1.27`, is the environment
 * whose engine asks the registry, and the image.
 */
export const remoteImage = lookUp<typeof RemoteImageSchema, RemoteImageOutputs>({
  type: "RemoteImage",
  schema: RemoteImageSchema,
  secrets: ["credentials"],
  refusal: "an image of a registry is looked up, not made: use `getRemoteImage`",

  async read({ connection, signal, warn }, id, state) {
    const { endpointId, image } = parseId(id, connection);
    const inputs = {};
    const { registryId, credentials } = state;
    try {
      const answer = await askRegistry(
        connection,
        endpointId,
        image,
        { registryId, credentials },
        { signal },
      );
      return { id, inputs, outputs: { ...answer, registryId, credentials } };
    } catch (error) {
      const reason = `asking the registry of ${image}: ${messageOf(error)}${registryId === undefined ? "" : PULLS_ALONE}`;
      if (state.digest === undefined) throw new ProviderError(reason);
      warn(`${reason} What it said before is kept.`);
      return { id, inputs, outputs: { ...state } };
    }
  },
});

/**
 * Portainer turns a registry's id into credentials only for pulls. In other requests the engine gets the bare id and
 * asks the registry without credentials.
 */
const PULLS_ALONE =
  " With `registryId` Portainer itself uses a registry's credentials for pulls alone: give `credentials` instead.";

/** The same look-up as a function, for languages whose programs have functions of a plugin. */
export const getRemoteImage: FunctionDefinition<typeof RemoteImageSchema, RemoteImageOutputs> = {
  schema: RemoteImageSchema,
  async run({ connection, call }, { image, endpointId, ...access }) {
    const environment = endpointId === undefined ? connection.endpointId : idNumber(endpointId);
    if (environment === undefined) throw new ProviderError(NO_ENVIRONMENT);
    return await askRegistry(connection, environment, image, access, call);
  },
};

const NO_ENVIRONMENT = "no environment whose engine could ask: set `endpointId` here or on the Provider";

/** Asks an environment's engine for what the registry has under a name. */
export async function askRegistry(
  connection: Connection,
  endpointId: number,
  name: string,
  { registryId, credentials }: Pick<Inputs<typeof RemoteImageSchema>, "registryId" | "credentials">,
  call: CallOptions,
): Promise<RemoteImageOutputs> {
  const instanceId = await connection.sameServer(undefined);
  const docker = connection.client.docker(endpointId);
  const { Descriptor, Platforms } = await docker.images.remote(
    { params: { name } },
    {
      ...call,
      headers: registryAuth(
        credentials ?? (registryId === undefined ? undefined : { registryId: idNumber(registryId) }),
      ),
      secrets: credentials && [credentials.password],
    },
  );
  const platforms = (Platforms ?? []).map(({ os, architecture, variant }) =>
    [os, architecture, ...(variant ? [variant] : [])].join("/"),
  );
  return { digest: Descriptor.digest, platforms, instanceId };
}

function parseId(id: string, connection: Connection): { endpointId: number; image: string } {
  const [, endpoint, image = ""] = /^(?:([1-9]\d*)\/)?(.+)$/.exec(id) ?? [];
  const endpointId = endpoint === undefined ? connection.endpointId : Number(endpoint);
  if (endpointId !== undefined) return { endpointId, image };
  throw new ProviderError(`getRemoteImage("${image}"): ${NO_ENVIRONMENT}`);
}
