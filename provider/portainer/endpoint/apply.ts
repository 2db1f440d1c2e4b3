import { isApiError, type PortainerClient } from "../../../client";
import { type Endpoint, TLS_FILES } from "../../../contract";
import type { Context } from "../../core/definition";
import { difference, equal, refreshed } from "../../core/diff";
import type { Directory } from "../../core/directory";
import { messageOf, ProviderError, sentence, Unfinished } from "../../core/errors";
import { repeatIfLost } from "../../core/lost-answer";
import { idNumber } from "../../core/schema";
import { policiesOf } from "./access";
import { properties } from "./properties";
import { patience, untilUp } from "./reach";
import type { EndpointSettled, EndpointState } from "./schema";
import { type Fingerprints, filesOf, fingerprintsOf, type Tls } from "./tls";
import { asWished, differences, statusOf, type Wish } from "./view";

type Update = Parameters<PortainerClient["endpoints"]["update"]>[0]["body"];

/** The desired environment, and what we know beyond the server's answer. */
interface Task {
  readonly wish: Wish;
  readonly directory: Directory;
  /** The TLS files on the server, by their hashes. */
  readonly stored: Fingerprints;
}

/** The progress of a change. Updated after every call, so that the state is true after a failure. */
interface Progress {
  endpoint: Endpoint;
  /** Whether anything was written. */
  isTouched: boolean;
  /** Whether the server has and uses the desired TLS files. */
  hasFiles: boolean;
  /** Whether the address or the TLS settings changed, so that Portainer connects to the engine in another way. */
  isRerouted: boolean;
  /** The TLS settings that were restored after a failure; `null` for no TLS. */
  tls?: Tls | null;
}

/** Brings an environment to the desired state, with only the calls that this needs. */
async function apply(client: PortainerClient, task: Task, course: Progress): Promise<void> {
  const { wish, directory, stored } = task;
  const { endpoints } = client;
  const params = { id: course.endpoint.Id };
  const different = differences(course.endpoint, wish, directory);
  const files = filesToUpload(course.endpoint, wish.tls, stored);
  course.isRerouted = files.length > 0 || different.some((key) => key === "url" || key === "tls");
  course.hasFiles ||= files.length === 0;
  if (files.length > 0) {
    course.isTouched = true;
    await upload(client, course.endpoint, files);
  }
  if (files.length > 0 || different.some((key) => key !== "security")) {
    const body = updateBody(course.endpoint, wish, directory);
    course.endpoint = await repeatIfLost(() =>
      nameTaken(() => endpoints.update({ params, body }), wish.name),
    );
    course.isTouched = true;
    course.hasFiles = true;
  }
  if (wish.security && different.includes("security")) {
    const body = wish.security;
    course.endpoint = await repeatIfLost(() => endpoints.updateSettings({ params, body }));
    course.isTouched = true;
  }
}

async function upload(
  { tlsFiles }: PortainerClient,
  { Id }: Endpoint,
  files: readonly File[],
): Promise<void> {
  for (const [file, content] of files) {
    const form = { folder: String(Id), file: { filename: `${file}.pem`, content } };
    await repeatIfLost(() => tlsFiles.upload({ params: { file }, form }));
  }
}

type File = readonly [file: (typeof TLS_FILES)[number], content: string];

/** Only the changed files: the server keeps the others while TLS stays on. */
function filesToUpload({ TLSConfig }: Endpoint, tls: Tls | null | undefined, stored: Fingerprints): File[] {
  const files = filesOf(tls ?? {});
  const wished = fingerprintsOf(tls);
  const onServer = { ca: TLSConfig.TLSCACert, cert: TLSConfig.TLSCert, key: TLSConfig.TLSKey };
  return TLS_FILES.flatMap((file) => {
    const content = files[file];
    const isThere = TLSConfig.TLS && onServer[file] && wished[file] === stored[file];
    return content === undefined || isThere ? [] : [[file, content] as const];
  });
}

/** Portainer loads new TLS files only when the body has `URL` and all three TLS flags. */
function updateBody(endpoint: Endpoint, wish: Wish, directory: Directory): Update {
  const { name, url, publicUrl, groupId, tagIds, tls, access } = wish;
  return {
    ...(name !== undefined && { Name: name }),
    ...(url !== undefined && { URL: url }),
    ...(publicUrl !== undefined && { PublicURL: publicUrl }),
    ...(groupId !== undefined && { GroupID: idNumber(groupId) }),
    ...(tagIds && { TagIDs: tagIds.map(idNumber) }),
    ...(tls !== undefined && {
      TLS: tls !== null,
      TLSSkipVerify: tls?.skipVerify ?? false,
      TLSSkipClientVerify: tls?.skipClientVerify ?? false,
    }),
    ...(access && policiesOf(access, endpoint, directory)),
  };
}

async function nameTaken<T>(update: () => Promise<T>, name: string | undefined): Promise<T> {
  try {
    return await update();
  } catch (error) {
    if (!isApiError(error) || error.status !== 409) throw error;
    throw new ProviderError(
      `another environment has the name "${name}": choose another, or rename that one first`,
    );
  }
}

/** An existing environment, and its desired state. */
interface Settling extends Task {
  readonly endpoint: Endpoint;
  /** Whether this step created or adopted it, so that Pulumi must store it even if the step fails. */
  readonly isNew: boolean;
  readonly news: EndpointSettled;
  /** The state from the last step, if there was one. */
  readonly olds?: EndpointState;
  readonly instanceId: string;
}

/** The wait after new TLS files for the same address: the engine runs already and needs no time to start. */
const ROTATION_TIMEOUT = "10s";

/**
 * Brings an environment to the desired state, and waits for its engine if the connection to it may have changed.
 *
 * @throws Unfinished with the actual state, if anything was changed before the failure.
 */
export async function applyAndWait(context: Context, settling: Settling): Promise<EndpointState> {
  const { endpoint, isNew, news, instanceId } = settling;
  const course: Progress = { endpoint, isTouched: isNew, hasFiles: isNew, isRerouted: false };
  try {
    await apply(context.connection.client, settling, course);
    const engineId = await greetEngine(context, settling, course).catch((error: unknown) =>
      undoRotation(context, settling, course, error),
    );
    return {
      ...news,
      endpointId: endpoint.Id,
      status: statusOf(course.endpoint),
      tlsFingerprints: fingerprintsOf(news.tls),
      instanceId,
      ...(engineId !== undefined && { engineId }),
    };
  } catch (error) {
    if (!course.isTouched) throw error;
    throw new Unfinished(String(endpoint.Id), { ...present(settling, course), instanceId }, error);
  }
}

async function greetEngine(
  context: Context,
  settling: Settling,
  course: Progress,
): Promise<string | undefined> {
  const { isNew, news, olds } = settling;
  const before = olds?.engineId;
  const { client } = context.connection;
  const id = course.endpoint.Id;
  if (!isNew && !course.isRerouted && before !== undefined) return before;
  const limit = patience(
    news.startupTimeout ?? (tlsToPutBack(settling) === undefined ? undefined : ROTATION_TIMEOUT),
  );
  const engineId = await untilUp(context, id, news, limit);
  if (before !== undefined && before !== engineId) {
    context.warn(
      `the environment now leads to another engine: what this program made on the one before (${before}) is not there`,
    );
  }
  if (course.isRerouted || statusOf(course.endpoint) === "down") {
    await client.endpoints.snapshot({ params: { id } });
    course.endpoint = { ...course.endpoint, Status: 1 };
  }
  return engineId;
}

/**
 * The TLS settings from before this update (`null` for none) if they are all known and the update changed `tls` but not
 * `url`: then the new settings are the reason when the engine does not answer.
 */
function tlsToPutBack({ olds, news, endpoint }: Settling): Tls | null | undefined {
  if (!olds || endpoint.TLSConfig.TLS !== (olds.tls !== undefined)) return undefined;
  const { changed } = difference(properties, { ...olds }, { ...news });
  if (!changed.includes("tls") || changed.includes("url")) return undefined;
  return equal(fingerprintsOf(olds.tls), olds.tlsFingerprints ?? {}) ? (olds.tls ?? null) : undefined;
}

/** Restores the former TLS settings if only this update can be the reason why the engine does not answer. */
async function undoRotation(
  context: Context,
  settling: Settling,
  course: Progress,
  error: unknown,
): Promise<never> {
  const tls = tlsToPutBack(settling);
  if (tls === undefined || context.signal.aborted) throw error;
  const { news, directory } = settling;
  const task = { wish: { url: news.url, tls }, directory, stored: fingerprintsOf(news.tls) };
  course.hasFiles = false;
  const reason = `this update has changed \`tls\`, and with that the engine does not answer: ${sentence(messageOf(error))}`;
  try {
    await apply(context.connection.client, task, course);
  } catch (failure) {
    throw new ProviderError(`${reason} To put the settings from before back failed: ${messageOf(failure)}`);
  }
  context.connection.forgetEngine(course.endpoint.Id);
  course.tls = tls;
  throw new ProviderError(
    `${reason} The settings from before were put back. An engine that takes its new certificate only later needs a longer \`startupTimeout\`.`,
  );
}

/** The state after a failed step. It differs from the desired one wherever something is left to do. */
function present({ news, olds, directory }: Settling, { endpoint, hasFiles, tls: putBack }: Progress) {
  const { tls: shown, ...others } = refreshed(properties, { ...news }, asWished(endpoint, news, directory));
  const tls = putBack === undefined && hasFiles ? shown : putBack;
  const files = putBack === undefined && hasFiles ? news.tls : putBack;
  return {
    ...others,
    ...((tls ?? undefined) !== undefined && { tls }),
    endpointId: endpoint.Id,
    status: statusOf(endpoint),
    tlsFingerprints: fingerprintsOf(files),
    engineId: olds?.engineId,
  };
}
