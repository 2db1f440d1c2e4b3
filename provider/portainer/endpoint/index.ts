import type { Endpoint } from "../../../contract";
import type { Connection } from "../../connection";
import { inTurn } from "../../core/concurrency";
import type { Definition } from "../../core/definition";
import { refreshed } from "../../core/diff";
import { lookUp, requireKnown } from "../../core/directory";
import { ProviderError, unlessNotFound } from "../../core/errors";
import { repeatIfLost } from "../../core/lost-answer";
import { addEnvironment, adopt, findByName } from "./add";
import { applyAndWait } from "./apply";
import { type EndpointOutputs, EndpointSchema, endpointProperties, misnomers } from "./schema";
import { fingerprintsOf } from "./tls";
import { endpointFailures } from "./validate";
import { desiredOf, everything, managed, statusOf } from "./view";

export type { EndpointArgs, EndpointOutputs } from "./schema";

/** An environment: an engine or agent that Portainer manages. Created by `POST /endpoints`. */
export const endpoint: Definition<typeof EndpointSchema, EndpointOutputs> = {
  type: "Endpoint",
  schema: EndpointSchema,
  properties: endpointProperties,
  secrets: ["tls.caCert", "tls.clientCert", "tls.clientKey"],
  misnomers,

  defaults: (_inputs, { name }) => ({ name }),
  validate: endpointFailures,
  identity: ({ instanceId, endpointId }) =>
    instanceId === undefined || endpointId === undefined ? undefined : nameIn(instanceId, endpointId),
  accessClaim: ({ access }, id) =>
    access && id !== undefined ? { object: `Endpoint/${id}`, as: "whole" } : undefined,
  explain: (changed) => {
    const cause = changed.find(
      (key) => endpointProperties[key as keyof typeof endpointProperties]?.change === "replace",
    );
    return cause === undefined
      ? undefined
      : `changing \`${cause}\` replaces the environment: it gets a new id, so all that this program has on it is made anew`;
  },

  async create(context, news) {
    const { client } = context.connection;
    const instanceId = await context.connection.sameServer(undefined);
    const directory = await lookUp(client, news.access);
    requireKnown(news.access, directory);
    const found = await findByName(client, news.name);
    if (found) context.claims.seek(nameIn(instanceId, found.Id), `environment ${found.Id}`);
    const present = found ? adopt(found, news, directory) : await addEnvironment(context, news);
    if (found) context.info(takenUnmarked(present));
    context.claims.hold(nameIn(instanceId, present.Id));
    const stored = news.adopt === "replace" && found ? {} : fingerprintsOf(news.tls);
    const task = { desired: news, directory, stored };
    const outputs = await applyAndWait(context, {
      ...task,
      endpoint: present,
      isNew: true,
      news,
      instanceId,
    });
    return { id: String(present.Id), outputs };
  },

  async read({ connection }, id, state) {
    if (!/^[1-9]\d*$/.test(id)) {
      throw new ProviderError(`an Endpoint is looked up by its id, a whole number, and "${id}" is none`);
    }
    const isGet = state.instanceId === undefined;
    const instanceId = await connection.sameServer(state.instanceId);
    const now = await find(connection, Number(id));
    if (!now) return undefined;
    const directory = await lookUp(connection.client, state.access);
    const inputs = isGet
      ? everything(now, {}, directory)
      : refreshed(endpointProperties, state, managed(now, state, directory));
    const outputs = {
      ...inputs,
      endpointId: now.Id,
      status: statusOf(now),
      tlsFingerprints: (now.TLSConfig.TLS && state.tlsFingerprints) || {},
      engineId: isGet ? await engineIfUp(connection, now.Id) : state.engineId,
      instanceId,
    };
    return { id, inputs, outputs };
  },

  async update(context, id, olds, news) {
    const { connection } = context;
    const instanceId = await connection.sameServer(olds.instanceId);
    const desired = desiredOf(olds, news);
    const directory = await lookUp(connection.client, desired.access);
    requireKnown(desired.access, directory);
    return await inTurn(nameIn(instanceId, id), async () => {
      const present = await find(connection, Number(id));
      if (!present) {
        throw new ProviderError(
          `environment ${id} is gone: it was deleted outside of Pulumi. \`pulumi refresh\` forgets it, and the next \`pulumi up\` makes it anew`,
        );
      }
      const task = { desired, directory, stored: olds.tlsFingerprints ?? {} };
      return await applyAndWait(context, {
        ...task,
        endpoint: present,
        isNew: false,
        news,
        olds,
        instanceId,
      });
    });
  },

  async delete({ connection }, id, { instanceId }) {
    await connection.sameServer(instanceId);
    const { endpoints } = connection.client;
    await repeatIfLost(() => unlessNotFound(() => endpoints.delete({ params: { id } })));
    connection.forgetEngine(Number(id));
  },
};

const takenUnmarked = ({ Id, Name }: Endpoint): string =>
  `environment ${Id} "${Name}" was there already, and Portainer does not say who made it: if another stack has it too, a destroy of that stack deletes it`;

/** A globally unique name of the environment. */
const nameIn = (instanceId: string, id: number | string): string => `${instanceId}/endpoints/${id}`;

async function find({ client }: Connection, id: number): Promise<Endpoint | undefined> {
  return await unlessNotFound(() =>
    client.endpoints.get({ params: { id }, query: { excludeSnapshot: "true" } }),
  );
}

async function engineIfUp(connection: Connection, endpointId: number): Promise<string | undefined> {
  try {
    return (await connection.engine(endpointId)).id;
  } catch {
    return undefined;
  }
}
