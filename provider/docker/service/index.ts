/** A service of a swarm: containers that the swarm keeps running on its nodes. */
import { ResourceType, registryAuth, type ServiceInspect } from "../../../contract";
import type { Property, State } from "../../core/definition";
import { difference } from "../../core/diff";
import { ProviderError, Unfinished } from "../../core/errors";
import { lookOnceBack, mayHaveHappened, repeatIfLost } from "../../core/lost-answer";
import { hasUnknown, type Properties } from "../../core/properties";
import { idNumber } from "../../core/schema";
import type { Failure } from "../../core/validate";
import { at, put, type Wire } from "../container/wire";
import { type Engine, unlessObjectGone } from "../engine";
import { labelsWith } from "../identity";
import { isMadeBy } from "../maker";
import { engineObject, type InSwarm } from "../object";
import { inSwarm } from "../swarm-file";
import { atItsVersion } from "../version";
import { type FoundService, named, type ServiceArgument } from "./argument";
import { monitorOf, type PublishedPort, publishedPorts, serviceArguments } from "./arguments";
import { converge, RolledBack, stopped } from "./convergence";
import { type ServiceInputs, ServiceSchema } from "./schema";

export { type ServiceArgs, ServiceSchema } from "./schema";

export interface ServiceOutputs extends InSwarm {
  /** The service's id in the swarm. */
  readonly serviceId: string;
  /** Its ports on the nodes, those included that the swarm has picked. */
  readonly publishedPorts: readonly PublishedPort[];
}

type ServiceState = State<typeof ServiceSchema, ServiceOutputs>;
type Argument = ServiceArgument<unknown>;

const ARGUMENTS = Object.entries(serviceArguments) as unknown as readonly (readonly [
  keyof ServiceInputs,
  Argument,
])[];

const compared = Object.fromEntries(
  ARGUMENTS.map(([key, { normalize }]) => [key, { normalize } as Property]),
) as { readonly [Key in keyof typeof serviceArguments]: Property };

const properties = {
  ...compared,
  /** A swarm changes no service's mode. */
  mode: { change: "replace" },
  registryId: { change: "none" },
  waitForConvergence: { change: "none" },
} as const;

export const service = engineObject<typeof ServiceSchema, ServiceOutputs, FoundService>({
  type: "Service",
  what: "service",
  schema: ServiceSchema,
  properties,
  misnomers: {
    args: "command",
    workingDirectory: "workingDir",
    environment: "env",
    logDriver: "logging",
    volumes: "mounts",
    resources: "limits",
    memory: "limits",
    cpus: "limits",
    restart: "restartPolicy",
    stopTimeout: "stopGracePeriod",
    deploy: "mode",
    healthCheck: "healthcheck",
    "ports.targetPort": "containerPort",
    "ports.publishedPort": "hostPort",
  },
  validate,
  canCoexist: (changed) => changed.some((key) => key === "name" || key === "endpointId"),
  identity: ({ serviceId }) => serviceId && `services/${serviceId}`,

  find: findByName,
  findById,
  findKnown: (engine, { serviceId }) => findById(engine, serviceId),

  async create(engine, inputs) {
    const { docker, call, context } = engine;
    const spec = { Name: inputs.name, Labels: labelsWith(undefined, engine) };
    apply(
      spec,
      ARGUMENTS.map(([key]) => key).filter((key) => inputs[key] !== undefined),
      inputs,
      {},
    );
    await addIds(engine, spec);
    try {
      const { ID, Portainer } = await docker.services.create(
        { body: spec },
        { ...call, headers: authOf(inputs) },
      );
      return named({ ID, Version: { Index: 0 }, Spec: spec, Portainer });
    } catch (error) {
      if (!mayHaveHappened(error)) throw error;
      const made = await lookOnceBack(context.signal, () => findByName(engine, inputs.name));
      if (!made || !isMadeBy(context.urn, made.Labels)) throw error;
      return made;
    }
  },

  async settle(engine, { ID: id, Name: name, ...found }, inputs) {
    if (inputs.waitForConvergence) {
      const steadyMs = monitorOf(inputs);
      return named(await converge(engine, { id, name, steadyMs }));
    }
    return (await findById(engine, id)) ?? { ...found, ID: id, Name: name };
  },

  async update(engine, id, olds, news) {
    const updated = await send(engine, olds, news);
    if (!news.waitForConvergence) return updated;
    const { ID, Name: name, networkNames } = updated;
    try {
      return { ...named(await converge(engine, { id: ID, name, steadyMs: STEADY_MS })), networkNames };
    } catch (error) {
      if (error instanceof RolledBack) throw error;
      throw new Unfinished(id, { ...olds, ...news, access: olds.access }, error);
    }
  },

  async delete(engine, { serviceId, name, waitForConvergence }) {
    const { docker, call } = engine;
    await unlessObjectGone(() =>
      repeatIfLost(() => docker.services.delete({ params: { id: serviceId } }, call)),
    );
    if (waitForConvergence) await stopped(engine, serviceId, name);
  },

  controlled: ({ ID, Portainer }) => ({
    type: ResourceType.service,
    id: ID,
    control: Portainer?.ResourceControl,
  }),
  /** What the program does not set is not managed, and so not seen. */
  inputs: (now, desired) =>
    Object.fromEntries(
      ARGUMENTS.filter(([key]) => !desired || desired[key] !== undefined).map(([key, { read }]) => [
        key,
        read(now, desired?.[key]),
      ]),
    ),
  outputs: (now, { swarmId }) => ({ serviceId: now.ID, publishedPorts: publishedPorts(now), swarmId }),
  createdAt: ({ CreatedAt }) => CreatedAt,
});

/** A swarm begins to change tasks at once: if it has not, it does not. */
const STEADY_MS = 1_000;

/** Changes the specification that the swarm has now: what the program does not set stays. */
async function send(engine: Engine, olds: ServiceState, news: ServiceInputs): Promise<FoundService> {
  const { docker, call } = engine;
  const { changed } = difference(compared, { ...olds }, news);
  const read = () => findById(engine, olds.serviceId);
  return await atItsVersion(read, async (now) => {
    if (!now) {
      throw new ProviderError(
        `the service "${news.name}" is gone: it was deleted outside of Pulumi. Run \`pulumi refresh\` and \`pulumi up\` to create it again.`,
      );
    }
    const body = structuredClone(now.Spec);
    apply(body, changed as readonly (keyof ServiceInputs)[], news, olds);
    await addIds(engine, body);
    const request = { params: { id: now.ID }, query: { version: now.Version.Index }, body };
    await docker.services.update(request, { ...call, headers: authOf(news) });
    return { ...named({ ...now, Spec: body }), networkNames: now.networkNames };
  });
}

/** Puts these arguments into a specification, or takes them out. */
function apply(spec: Wire, keys: readonly string[], news: ServiceInputs, olds: Partial<ServiceInputs>): void {
  for (const [key, { write }] of ARGUMENTS) if (keys.includes(key)) write(news[key], spec, olds[key]);
}

const authOf = ({ registryId }: ServiceInputs) =>
  registryAuth(registryId === undefined ? undefined : { registryId: idNumber(registryId) });

/** A swarm takes secrets and configs by id. It takes networks by name, but only those that are not of one node. */
async function addIds({ docker, call, endpointId }: Engine, spec: Wire): Promise<void> {
  for (const kind of ["Secret", "Config"] as const) {
    const path = ["TaskTemplate", "ContainerSpec", `${kind}s`];
    const files = (at(spec, path) ?? []) as Wire[];
    const names = files
      .filter((file) => file[`${kind}ID`] === undefined)
      .map((file) => String(file[`${kind}Name`]));
    if (names.length === 0) continue;
    const routes = kind === "Secret" ? docker.secrets : docker.configs;
    const list = await routes.list({ query: { filters: JSON.stringify({ name: names }) } }, call);
    const ids = new Map(list.map(({ ID, Spec }) => [Spec.Name, ID]));
    const missing = names.find((name) => !ids.has(name));
    if (missing !== undefined) {
      throw new ProviderError(
        `environment ${endpointId} has no ${kind.toLowerCase()} "${missing}" that this user may use. Nothing was changed. Give the \`${kind}\` itself, or its whole name.`,
      );
    }
    put(
      spec,
      path,
      files.map((file) => ({ [`${kind}ID`]: ids.get(String(file[`${kind}Name`])), ...file })),
    );
  }
}

async function findByName(engine: Engine, name: string): Promise<FoundService | undefined> {
  const { docker, call } = engine;
  const filters = JSON.stringify({ name: [name] });
  const list = await inSwarm(() => docker.services.list({ query: { filters } }, call));
  const found = list.find(({ Spec }) => Spec.Name === name);
  return found && withNetworks(engine, found);
}

async function findById(engine: Engine, id: string): Promise<FoundService | undefined> {
  const { docker, call } = engine;
  const found = await unlessObjectGone(() =>
    inSwarm(() => docker.services.inspect({ params: { id } }, call)),
  );
  return found?.ID === id ? withNetworks(engine, found) : undefined;
}

/**
 * A swarm shows the networks by id: one more request where there are any. The nodes' own networks, such as `host`, are in
 * no list of a swarm's, and take one each.
 */
async function withNetworks({ docker, call }: Engine, found: ServiceInspect): Promise<FoundService> {
  const networks = (at(found.Spec, ["TaskTemplate", "Networks"]) ?? []) as readonly { Target?: string }[];
  const ids = networks.flatMap(({ Target }) => Target ?? []);
  if (ids.length === 0) return named(found);
  const list = await docker.networks.list({ query: { filters: JSON.stringify({ id: ids }) } }, call);
  const names = new Map(list.map(({ Id, Name }) => [Id, Name]));
  for (const id of ids) {
    if (names.has(id)) continue;
    const network = await unlessObjectGone(() => docker.networks.inspect({ params: { id } }, call));
    if (network) names.set(id, network.Name);
  }
  return { ...named(found), networkNames: Object.fromEntries(names) };
}

/** What belongs to one mode only. */
const OF_MODE: Readonly<Record<string, string>> = {
  replicas: "replicated",
  maxConcurrent: "replicatedJob",
  totalCompletions: "replicatedJob",
};

function validate(inputs: Properties): Failure[] {
  const { mode } = inputs;
  const isSet = (property: string) => inputs[property] !== undefined && !hasUnknown(inputs[property]);
  const foreign = Object.entries(OF_MODE).flatMap(([property, wanted]) =>
    !isSet(property) || mode === wanted || hasUnknown(mode)
      ? []
      : [{ property, reason: `is for the mode "${wanted}", and this is "${String(mode)}"` }],
  );
  const isJob = mode === "replicatedJob" || mode === "globalJob";
  const noJob = ["updateConfig", "rollbackConfig"].flatMap((property) =>
    isJob && isSet(property)
      ? [{ property, reason: "a job has none: another specification starts it anew" }]
      : [],
  );
  return [...foreign, ...noJob];
}
