/** Pulls, builds and pushes images. The engine reports failures of these inside the stream, after a status of success. */
import { registryAuth } from "../../../contract/registry-auth";
import { ProviderError, sentence } from "../../core/errors";
import { idNumber } from "../../core/schema";
import type { Engine } from "../engine";
import { maskValues } from "../mask";
import { type Build, contextStream } from "./context";
import { canonicalImage, splitTag } from "./reference";

/** The credentials of one of Portainer's registries, which Portainer itself fills in. */
const withRegistry = (registryId: number | string | undefined) =>
  registryAuth(registryId === undefined ? undefined : { registryId: idNumber(registryId) });

interface Line {
  readonly id?: string | undefined;
  readonly status?: string | undefined;
  readonly error?: string | undefined;
  readonly errorDetail?: { readonly message?: string | undefined } | undefined;
}

const reasonIn = ({ error, errorDetail }: Line): string | undefined => errorDetail?.message ?? error;

/** Counts the layers that are done, by the lines of a pull or push. */
function layerCounter(done: RegExp): (line: Line) => string | undefined {
  const layers = new Map<string, boolean>();
  return ({ id, status }) => {
    if (id === undefined || status === undefined || !/^[0-9a-f]{12}$/.test(id)) return undefined;
    layers.set(id, done.test(status));
    return `${[...layers.values()].filter(Boolean).length}/${layers.size} layers`;
  };
}

interface Pull {
  readonly image: string;
  readonly imageDigest?: string | undefined;
  readonly registryId?: number | string | undefined;
  readonly platform?: string | undefined;
}

/** Pulls an image and shows the progress. */
export async function pullImage({ docker, context, call }: Engine, pull: Pull): Promise<void> {
  const { image, registryId, platform } = pull;
  const count = layerCounter(/^(?:pull complete|already exists)/i);
  context.progress(`pulling ${image}`);
  const lines = docker.images.pull(
    { query: { ...reference(pull), ...(platform !== undefined && { platform }) } },
    { ...call, headers: withRegistry(registryId) },
  );
  for await (const line of lines) {
    const reason = reasonIn(line);
    if (reason !== undefined) throw new ProviderError(`pulling ${image}: ${reason}`);
    const progress = count(line);
    if (progress !== undefined) context.progress(`pulling ${image}: ${progress}`);
  }
}

/** Without a tag the engine would pull every tag there is; beside a digest it ignores the tag. */
function reference({ image, imageDigest }: Pull): { fromImage: string; tag?: string } {
  const full = canonicalImage(image);
  if (full.includes("@")) return { fromImage: full };
  const { repository, tag } = splitTag(full);
  return { fromImage: repository, tag: imageDigest ?? tag };
}

/** How many of the last lines of a build its error shows. */
const SHOWN_LINES = 10;

/** Builds an image from a folder, and gives it the name. */
export async function buildImage(
  { docker, context, call }: Engine,
  {
    name,
    build,
    platform,
  }: { readonly name: string; readonly build: Build; readonly platform: string | undefined },
): Promise<void> {
  const {
    args = {},
    labels = {},
    cacheFrom = [],
    dockerfile = "Dockerfile",
    target,
    noCache,
    pullBase,
  } = build;
  const query = {
    t: canonicalImage(name),
    dockerfile,
    buildargs: JSON.stringify(args),
    labels: JSON.stringify(labels),
    cachefrom: JSON.stringify(cacheFrom),
    rm: "1",
    forcerm: "1",
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    ...(noCache && { nocache: "1" }),
    ...(pullBase && { pull: "1" }),
  };
  const written: string[] = [];
  const secrets = Object.values(args);
  let isBuilt = false;
  context.progress(`building ${name}: sending ${build.context}`);
  const upload = contextStream(build);
  for await (const line of docker.images.build({ query, upload }, { ...call, secrets })) {
    const { stream, aux } = line;
    const text = stream?.trim() ?? "";
    if (text !== "") written.push(text);
    const reason = reasonIn(line);
    if (reason !== undefined) throw failed(name, reason, written, secrets);
    if (/^Step \d+\//.test(text)) context.progress(maskValues(`building ${name}: ${text}`, secrets));
    isBuilt ||= aux?.ID !== undefined || text.startsWith("Successfully built");
  }
  if (!isBuilt) throw failed(name, "the engine's answer ended before the build did", written, secrets);
}

/** The error has no value of a build argument: any of them may be a secret. */
function failed(name: string, reason: string, written: readonly string[], secrets: readonly string[]) {
  const lines = written.slice(-SHOWN_LINES);
  const text = lines.length > 0 ? `${sentence(reason)} The last lines:\n${lines.join("\n")}` : reason;
  return new ProviderError(maskValues(`building ${name}: ${text}`, secrets));
}

/**
 * Pushes an image that has this name.
 *
 * @returns its digest in the registry.
 */
export async function pushImage(
  { docker, context, call }: Engine,
  name: string,
  registryId: number | string | undefined,
): Promise<string> {
  const { repository, tag } = splitTag(name);
  const count = layerCounter(/^(?:pushed|layer already exists|mounted)/i);
  context.progress(`pushing ${name}`);
  const lines = docker.images.push(
    { params: { name: repository }, query: { tag }, body: {} },
    { ...call, headers: withRegistry(registryId) },
  );
  let digest: string | undefined;
  for await (const line of lines) {
    const reason = reasonIn(line);
    if (reason !== undefined) {
      const hint = registryId === undefined ? " A private registry needs `registryId`." : "";
      throw new ProviderError(`pushing ${name}: ${sentence(reason)}${hint}`);
    }
    const progress = count(line);
    if (progress !== undefined) context.progress(`pushing ${name}: ${progress}`);
    digest = line.aux?.Digest ?? digest;
  }
  if (digest === undefined)
    throw new ProviderError(`pushing ${name}: the engine's answer ended before the push did`);
  return digest;
}
