import { isApiError } from "../../../client";
import type { Stack } from "../../../contract";
import { inTurn } from "../../core/concurrency";
import type { Definition } from "../../core/definition";
import { difference, equal, refreshed, removed } from "../../core/diff";
import { ProviderError, Unfinished, unlessNotFound } from "../../core/errors";
import { repeatIfLost } from "../../core/lost-answer";
import { hasUnknown } from "../../core/properties";
import { idNumber } from "../../core/schema";
import { ownershipOf, readAccess, refreshedAccess, setAccess } from "../../docker/access";
import { deleteThere, requireReachable, updateThere } from "../../docker/engine";
import { change, stop } from "./change";
import { afterOthers, DeploymentFailed, deployed, sendOnce } from "./deployment";
import { defaults, properties, type StackInputs, StackSchema, validateStack } from "./schema";
import { deleteVolumes, volumesOf } from "./volumes";
import { createFromGit, shownInputs, textOf, variables } from "./wire";
import {
  controlled,
  fileOf,
  get,
  identityOf,
  query,
  reach,
  type StackOutputs,
  type StackState,
  stateOf,
  stored,
  swarmIdOf,
  type Work,
} from "./work";

export type { StackArgs } from "./schema";
export type { StackOutputs } from "./work";

/** A stack that Portainer deploys: by Compose on one engine, or on a swarm. */
export const stack: Definition<typeof StackSchema, StackOutputs> = {
  type: "Stack",
  schema: StackSchema,
  properties,
  secrets: ["git.password", "webhookUrl"],
  misnomers: {
    stackName: "name",
    stackFileContent: "content",
    composeFile: "content",
    file: "content",
    environment: "env",
    repositoryUrl: "git.url",
    filePathInRepository: "git.path",
    pullImage: "pull",
  },
  defaults,
  validate: validateStack,
  identity: ({ instanceId, stackId }) =>
    instanceId === undefined || stackId === undefined ? undefined : identityOf(instanceId, stackId),

  replaces(changed, olds, news) {
    if (!changed.includes("git") || !news.git) return [];
    const { git: before } = olds;
    const { git: after } = news;
    const isMoved = (["url", "path", "additionalFiles"] as const).some(
      (key) => before && !hasUnknown(after[key]) && !equal(before[key], after[key]),
    );
    return !before || isMoved ? ["git"] : [];
  },

  async create(context, inputs) {
    const work = await reach(context, undefined);
    const ownership = inputs.access && (await ownershipOf(work, inputs.access));
    const made = await inTurn(`${work.instanceId}/Stack/${inputs.endpointId}/${inputs.name}`, async () => {
      const namesake = await findNamesake(work, inputs);
      return namesake ? await adopt(work, namesake, inputs) : await create(work, inputs);
    });
    const id = String(made.Id);
    context.claims.hold(identityOf(work.instanceId, made.Id));
    let now = made;
    try {
      now = await deployed(context, made, () => get(work, made.Id));
      if (ownership) await setAccess(work, controlled(made), ownership);
      if (!inputs.active) now = await stop(work, now);
      return { id, outputs: stateOf(work, now, inputs) };
    } catch (error) {
      const seen = error instanceof DeploymentFailed ? error.failed : now;
      const { active } = shownInputs(seen, undefined, inputs) as Pick<StackInputs, "active">;
      const access = inputs.access && readAccess(made.ResourceControl);
      throw new Unfinished(id, { ...stateOf(work, seen, { ...inputs, active, access }) }, error);
    }
  },

  async read(context, id, state) {
    if (!/^[1-9]\d*$/.test(id)) {
      throw new ProviderError(`a Stack is looked up by its id, a whole number, and "${id}" is none`);
    }
    const work = await reach(context, state.instanceId);
    const now = await unlessNotFound(() => get(work, Number(id)));
    if (!now) return undefined;
    const remembered = inputsIn(state);
    const isGet = state.instanceId === undefined;
    const access = remembered.access && (await refreshedAccess(work, remembered.access, now.ResourceControl));
    const shown = shownInputs(now, await fileOf(work, now), remembered);
    const inputs = isGet
      ? { ...shown, access: readAccess(now.ResourceControl) }
      : refreshed(properties, remembered, { ...shown, access });
    return { id, inputs: inputs as Partial<StackInputs>, outputs: { ...stateOf(work, now, inputs) } };
  },

  async update(context, id, olds, news) {
    const before = inputsIn(olds);
    const desired = { ...news, ...removed(properties, before, news) } as StackInputs;
    const { changed } = difference(properties, before, desired);
    // A destroy reads `removeVolumes` from the state; Portainer does not know it.
    if (changed.every((key) => key === "removeVolumes")) return { ...outputsIn(olds), ...news } as StackState;
    const work = await reach(context, olds.instanceId);
    const makeChange = async () => {
      await requireReachable(context, idNumber(olds.endpointId));
      const now = await unlessNotFound(() => get(work, Number(id)));
      if (!now) {
        throw new ProviderError(
          `the stack "${olds.name}" is gone: it was deleted outside of Pulumi. Run \`pulumi refresh\` and \`pulumi up\` to create it again.`,
        );
      }
      return stateOf(work, await change(work, now, { before, desired, changed }), news);
    };
    return await inTurn(identityOf(work.instanceId, olds.stackId), () =>
      updateThere(context, olds, makeChange),
    );
  },

  delete: (context, _id, state) =>
    deleteThere(context, async () => {
      const work = await reach(context, state.instanceId);
      const { stacks, call } = work;
      const { stackId, endpointId, removeVolumes } = state;
      await requireReachable(context, idNumber(endpointId));
      const volumes = removeVolumes ? await volumesOf(work, state) : [];
      const request = { params: { stack: String(stackId) }, query: query(endpointId) };
      await afterOthers(context, () =>
        repeatIfLost(() => unlessNotFound(() => stacks.delete(request, call))),
      );
      await deleteVolumes(work, state, volumes);
    }),
};

const inputsIn = (state: object) =>
  Object.fromEntries(
    Object.entries(state).filter(([key]) => key in StackSchema.shape),
  ) as Partial<StackInputs>;
const outputsIn = (state: object) =>
  Object.fromEntries(Object.entries(state).filter(([key]) => !(key in StackSchema.shape)));

/**
 * What has the name on the environment. Portainer would let a new stack take over the containers of a Compose project
 * that it did not make, so we look for such a project; it refuses the name of a stack by itself.
 */
async function findNamesake(work: Work, inputs: StackInputs): Promise<Stack | undefined> {
  const { portainer, call } = work;
  const { name, type, endpointId, adopt } = inputs;
  if (type === "swarm") return undefined;
  const filters = JSON.stringify({ label: [`com.docker.compose.project=${name}`] });
  const { containers } = portainer.docker(idNumber(endpointId));
  const project = await containers.list({ query: { all: "1", filters } }, call);
  if (project.length === 0) return undefined;
  const found = await stored(work, inputs);
  if (found || adopt === "replace") return found;
  throw new ProviderError(
    `a Compose project named "${name}" is on environment ${endpointId}, and no stack of Portainer made it (${project.length} container${project.length === 1 ? "" : "s"}). It was not touched. ` +
      'Choose another `name`, or let the stack take its containers over: `adopt: "replace"`.',
  );
}

/** Deploys a new stack: one write, however it goes. */
async function create(work: Work, inputs: StackInputs): Promise<Stack> {
  const { context, stacks, call } = work;
  const { name, type, endpointId, env, git } = inputs;
  const swarm = type === "swarm" ? { SwarmID: await swarmIdOf(work, endpointId) } : {};
  const common = { Name: name, Env: variables(env), ...swarm };
  const request = { params: { type }, query: query(endpointId) };
  const text = git ? "" : await textOf(inputs.content);
  const send = () =>
    git
      ? stacks.createFromRepository({ ...request, body: { ...common, ...createFromGit(git) } }, call)
      : stacks.createFromString({ ...request, body: { ...common, StackFileContent: text } }, call);
  try {
    return await sendOnce(context, send, () => stored(work, inputs));
  } catch (error) {
    if (!isApiError(error) || error.status !== 409) throw error;
    const found = await stored(work, inputs);
    if (!found) throw error;
    return await adopt(work, found, inputs);
  }
}

/** Takes a stack that has the name, if the program says so. */
async function adopt(work: Work, found: Stack, inputs: StackInputs): Promise<Stack> {
  const { claims } = work.context;
  const inWords = `the stack "${found.Name}" of environment ${found.EndpointId}`;
  claims.seek(identityOf(work.instanceId, found.Id), inWords);
  if (inputs.adopt === undefined) {
    throw new ProviderError(
      `${inWords} is on this server already (id ${found.Id}), and Portainer does not say which program made it. It was not touched. ` +
        'If a resource of this program made it and was renamed or moved, say so with the resource option `aliases: [{ name: "…" }]`. ' +
        'Otherwise choose another `name`, or take it: `adopt: "matching"` takes it if it is as desired, `adopt: "replace"` takes it and changes it.',
    );
  }
  const before = shownInputs(found, await fileOf(work, found), inputs);
  const { access: _set, triggers: _own, removeVolumes: _ours, ...compared } = properties;
  const { changed } = difference(compared, refreshed(compared, inputs, before), inputs);
  if (changed.length === 0) return found;
  if (inputs.adopt === "matching") {
    throw new ProviderError(
      `${inWords} is not as desired: it differs in ${changed.join(", ")}. Set these as they are there, or \`adopt: "replace"\` to have them changed.`,
    );
  }
  const fixed = changed.filter((key) => key === "type" || (key === "git" && !found.GitConfig));
  if (fixed.length > 0) {
    throw new ProviderError(
      `${inWords} cannot be adopted: Portainer cannot change its ${fixed.join(", ")}. Set these as they are there, or choose another name.`,
    );
  }
  const now = await change(work, found, { before: before as Partial<StackInputs>, desired: inputs, changed });
  return { ...now, ResourceControl: found.ResourceControl }; // Portainer omits it after a change.
}
