/** An image of an engine: pulled or built, named, pushed, and removed again. */
import { isApiError } from "../../../client";
import type { ImageInspect } from "../../../contract";
import type { Definition, State } from "../../core/definition";
import { difference } from "../../core/diff";
import { isEnvironmentGone, isNotFound, ProviderError, Unfinished } from "../../core/errors";
import { repeatIfLost } from "../../core/lost-answer";
import { hasUnknown } from "../../core/properties";
import { idNumber } from "../../core/schema";
import {
  deleteThere,
  type Engine,
  engineRefOf,
  nameAndEnvironment,
  reachEngine,
  readThere,
  unlessObjectGone,
  updateThere,
} from "../engine";
import type { OnEngine } from "../object";
import { buildImage, pullImage, pushImage } from "./calls";
import type { Build } from "./context";
import { canonicalImage, ReferenceSchema, repositoryOf, splitTag } from "./reference";
import { hashIn, type ImageInputs, ImageSchema, validate } from "./schema";

export { type ImageArgs, ImageSchema } from "./schema";

export interface ImageOutputs extends OnEngine {
  /** The image's id on the engine, `"sha256:…"`. */
  readonly imageId: string;
  /** Its digest in its registry, `"sha256:…"`; unset for an image that was built and not pushed. */
  readonly digest?: string | undefined;
  /** Its name in its registry by digest, `"nginx@sha256:…"`; unset for an image that was built and not pushed. */
  readonly repoDigest?: string | undefined;
  /**
   * A name that only this image has, for `image` of a Container: `"nginx:1.27@sha256:…"`, or the id of an image that was
   * built and not pushed.
   */
  readonly reference: string;
  /** Whether the engine had an image of this name before. */
  readonly wasThere: boolean;
  /** The ids of earlier builds that containers may still have used when they were replaced; the next `up` removes them. */
  readonly superseded?: readonly string[] | undefined;
}

type ImageState = State<typeof ImageSchema, ImageOutputs>;

/** A change of one of these pulls or builds the image again. */
const MAKES = ["build", "contextHash", "imageDigest", "platform", "triggers"] as const;

/** The folder's path may differ from machine to machine: its content counts, which `contextHash` says. */
const withoutFolder = ({ context: _folder, allowSecretArgs: _allowed, ...settings }: Build) => settings;

const properties: Definition<typeof ImageSchema, ImageOutputs>["properties"] = {
  endpointId: { change: "replace", normalize: idNumber },
  nodeName: { change: "replace" },
  name: { change: "replace", normalize: canonicalImage },
  build: { normalize: withoutFolder },
  contextHash: {},
  imageDigest: {},
  registryId: { normalize: idNumber },
  platform: {},
  tags: {},
  push: {},
  triggers: {},
  keepLocally: {},
};

/** An image of an engine, pulled from a registry or built from a folder. */
export const image: Definition<typeof ImageSchema, ImageOutputs> = {
  type: "Image",
  schema: ImageSchema,
  properties,
  secrets: [],
  misnomers: {
    context: "build.context",
    dockerfile: "build.dockerfile",
    imageName: "name",
    image: "name",
    buildArgs: "build.args",
    buildargs: "build.args",
    pullTriggers: "triggers",
    skipPush: "push",
  },

  defaults: (inputs, context) => ({
    ...nameAndEnvironment(inputs, { ...context, name: undefined }),
    ...hashIn(inputs),
  }),
  validate,
  canCoexist: (changed) => changed.includes("name"),
  identity: ({ engineId, name }) =>
    engineId === undefined || name === undefined ? undefined : identityOf(engineId, name),

  explain(changed, _olds, news) {
    const reasons = changed.filter(makes);
    if (reasons.length === 0 || changed.includes("name")) return undefined;
    const verb = news.build ? "built" : "pulled";
    return reasons.some((key) => !hasUnknown(news[key as keyof ImageInputs]))
      ? `the image is ${verb} again, because of: ${reasons.join(", ")}`
      : `the image may be ${verb} again, depending on values that are not known yet: ${reasons.join(", ")}`;
  },

  async create(context, inputs) {
    const engine = await reachEngine(context, engineRefOf(inputs));
    const before = await find(engine, inputs.name);
    if (before)
      context.claims.seek(
        identityOf(engine.engineId, inputs.name),
        `the image "${inputs.name}" of environment ${engine.endpointId}`,
      );
    const id = `${engine.endpointId}/${canonicalImage(inputs.name)}`;
    const made = await make(engine, inputs);
    return { id, outputs: await publish(engine, id, inputs, made, { wasThere: before !== undefined }) };
  },

  read(context, id, state) {
    const known = state.imageId === undefined ? undefined : (state as ImageState);
    const { endpointId, name } = known
      ? { endpointId: idNumber(known.endpointId), name: known.name }
      : parseId(id, context.connection.endpointId);
    const look = async () => {
      const engine = await reachEngine(context, { endpointId, nodeName: state.nodeName }, state);
      const now = await find(engine, known ? pinned(known) : name);
      if (!now) return undefined;
      if (!known) {
        const inputs = { endpointId, nodeName: engine.nodeName, name };
        return {
          id: `${endpointId}/${name}`,
          inputs,
          outputs: { ...stateOf(engine, inputs, now, { wasThere: true }) },
        };
      }
      const hasMoved = now.Id !== known.imageId;
      if (hasMoved) {
        const healing = known.build ? ": the next `up` builds it again" : "";
        context.warn(`"${name}" is another image now than the one that the last \`up\` left there${healing}`);
      }
      const { contextHash: _hash, ...others } = inputsIn(known);
      const inputs = hasMoved && known.build ? others : inputsIn(known);
      return { id, inputs, outputs: { ...stateOf(engine, inputs, now, known) } };
    };
    const remembered = known && { id, inputs: inputsIn(known), outputs: { ...known } };
    return readThere(context, endpointId, look, remembered);
  },

  update: (context, id, olds, news) =>
    updateThere(context, olds, async () => {
      const { changed } = difference(properties, { ...olds }, news);
      const isMade = changed.some(makes);
      if (!isMade && !changed.includes("tags") && !changed.includes("push")) {
        return { ...outputsIn(olds), ...news };
      }
      const engine = await reachEngine(context, engineRefOf(news), olds);
      const superseded = await removeSuperseded(engine, olds.superseded);
      const present = isMade ? undefined : await find(engine, pinned(news));
      const now = present ?? (await make(engine, news));
      const isReplaced = now.Id !== olds.imageId && olds.build !== undefined;
      for (const tag of olds.tags ?? []) {
        if (!(news.tags ?? []).includes(tag)) await removeName(engine, tag, [olds.imageId, now.Id]);
      }
      return await publish(engine, id, news, now, {
        ...olds,
        superseded: isReplaced ? [...superseded, olds.imageId] : superseded,
      });
    }),

  delete: (context, _id, state) =>
    deleteThere(context, async () => {
      if (state.keepLocally) return;
      const engine = await reachEngine(context, engineRefOf(state), state);
      const stays = state.keepLocally === undefined && state.wasThere;
      for (const tag of state.tags ?? []) await removeName(engine, tag, [state.imageId]);
      if (!stays) await removeName(engine, pinned(state), [state.imageId]);
      await removeSuperseded(engine, state.superseded);
    }),
};

const makes = (key: string): boolean => (MAKES as readonly string[]).includes(key);

const identityOf = (engineId: string, name: string): string => `${engineId}/images/${canonicalImage(name)}`;

const find = ({ docker, call }: Engine, name: string): Promise<ImageInspect | undefined> =>
  unlessObjectGone(() => docker.images.inspect({ params: { name } }, call));

/** How the engine knows the image: one that was pulled by its digest has no tag. */
const pinned = ({ name, imageDigest }: Pick<ImageInputs, "name" | "imageDigest">): string =>
  imageDigest === undefined ? canonicalImage(name) : `${repositoryOf(name)}@${imageDigest}`;

/** Pulls or builds the image; both may be repeated. */
async function make(engine: Engine, inputs: ImageInputs): Promise<ImageInspect> {
  const { name, build, imageDigest, registryId, platform } = inputs;
  await repeatIfLost(() =>
    build
      ? buildImage(engine, { name, build, platform })
      : pullImage(engine, { image: name, imageDigest, registryId, platform }),
  );
  const made = await find(engine, pinned(inputs));
  if (made) return made;
  throw new ProviderError(
    `"${name}" is not on the engine of environment ${engine.endpointId}, although it was ${build ? "built" : "pulled"} without an error: somebody removed it at once, or the answer was cut off. Run \`pulumi up\` again.`,
  );
}

/** Gives an image its further names, and pushes it. The image is there, so a failure leaves it in the state. */
async function publish(
  engine: Engine,
  id: string,
  inputs: ImageInputs,
  made: ImageInspect,
  known: Known,
): Promise<ImageState> {
  const { name, build, tags = [], push, registryId } = inputs;
  const { docker, call } = engine;
  let pushedDigest: string | undefined;
  try {
    for (const tag of tags) {
      const { repository: repo, tag: version } = splitTag(tag);
      const request = { params: { name: made.Id }, query: { repo, tag: version } };
      await repeatIfLost(() => docker.images.tag(request, call));
    }
    for (const one of push ? [...(build ? [name] : []), ...tags] : []) {
      const digest = await repeatIfLost(() => pushImage(engine, one, registryId));
      if (one === name) pushedDigest = digest;
    }
  } catch (error) {
    // Without these two the next `up` has a difference to put right, also after a refresh.
    const { tags: _tags, push: _push, ...finished } = inputs;
    throw new Unfinished(id, { ...stateOf(engine, finished, made, known) }, error);
  }
  if (pushedDigest === undefined) return stateOf(engine, inputs, made, known);
  const RepoDigests = [...(made.RepoDigests ?? []), `${repositoryOf(name)}@${pushedDigest}`];
  return stateOf(engine, inputs, { ...made, RepoDigests }, { ...known, digest: pushedDigest });
}

interface Known {
  readonly wasThere: boolean;
  readonly digest?: string | undefined;
  readonly superseded?: readonly string[] | undefined;
}

function stateOf(
  { engineId, instanceId }: Engine,
  inputs: Partial<ImageInputs> & Pick<ImageInputs, "name" | "endpointId">,
  { Id, RepoDigests }: ImageInspect,
  { wasThere, digest: pushed, superseded }: Known,
): ImageState {
  const { name } = inputs;
  const repository = repositoryOf(name);
  const digests = (RepoDigests ?? [])
    .filter((one) => one.startsWith(`${repository}@`))
    .map((one) => one.slice(repository.length + 1));
  const wanted = [inputs.imageDigest, pushed].find((one) => one !== undefined && digests.includes(one));
  const digest = wanted ?? digests[0] ?? undefined;
  const tagged = name.includes("@") ? name : `${canonicalImage(name)}@${digest}`;
  return {
    ...inputs,
    imageId: Id,
    digest,
    repoDigest: digest && `${repository}@${digest}`,
    reference: digest === undefined ? Id : tagged,
    wasThere,
    superseded: superseded?.length ? superseded : undefined,
    engineId,
    instanceId,
  } as ImageState;
}

const inputsIn = (state: ImageState): ImageInputs =>
  Object.fromEntries(Object.entries(state).filter(([key]) => key in ImageSchema.shape)) as ImageInputs;

const outputsIn = (state: ImageState): ImageOutputs =>
  Object.fromEntries(
    Object.entries(state).filter(([key]) => !(key in ImageSchema.shape)),
  ) as unknown as ImageOutputs;

/** Takes a name away from one of these images; from any other one that has the name by now it is not taken. */
async function removeName(engine: Engine, name: string, imageIds: readonly string[]): Promise<void> {
  const { context } = engine;
  const now = await find(engine, name);
  if (!now) return;
  if (!imageIds.includes(now.Id)) {
    context.info(`"${name}" is another image now: it stays`);
    return;
  }
  if (!(await removeUnused(engine, name))) {
    context.info(`the image "${name}" stays, since containers use it`);
  }
}

/** @returns `false` if a container has it: the engine then removes nothing. */
async function removeUnused({ docker, call }: Engine, name: string): Promise<boolean> {
  try {
    await repeatIfLost(() => docker.images.delete({ params: { name } }, call));
    return true;
  } catch (error) {
    if (isNotFound(error) && !isEnvironmentGone(error)) return true;
    if (isApiError(error) && error.status === 409) return false;
    throw error;
  }
}

/**
 * Removes earlier builds. One that somebody has given a name stays.
 *
 * @returns those that containers still use.
 */
async function removeSuperseded(engine: Engine, ids: readonly string[] = []): Promise<readonly string[]> {
  const left: string[] = [];
  for (const id of ids) {
    const now = await find(engine, id);
    if (!now || now.RepoTags?.length || now.RepoDigests?.length) continue;
    if (!(await removeUnused(engine, id))) left.push(id);
  }
  return left;
}

function parseId(id: string, defaultEndpointId: number | undefined): { endpointId: number; name: string } {
  const [, endpoint, name = ""] = /^(?:([1-9]\d*)\/)?(.+)$/.exec(id) ?? [];
  const endpointId = endpoint === undefined ? defaultEndpointId : Number(endpoint);
  if (endpointId !== undefined && ReferenceSchema.safeParse(name).success)
    return { endpointId, name: canonicalImage(name) };
  throw new ProviderError(`"${id}" is not the id of an image: write "1/nginx:1.27" (environment and image)`);
}
