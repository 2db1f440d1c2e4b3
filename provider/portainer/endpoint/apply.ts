import { isApiError, type PortainerClient } from "../../../client";
import { type Endpoint, TLS_FILES } from "../../../contract";
import { policiesOf } from "../../core/access";
import type { Context } from "../../core/definition";
import { difference, equal, refreshed } from "../../core/diff";
import type { Directory } from "../../core/directory";
import { messageOf, ProviderError, sentence, Unfinished } from "../../core/errors";
import { repeatIfLost } from "../../core/lost-answer";
import { idNumber } from "../../core/schema";
import { patience, untilUp } from "./reach";
import type { EndpointInputs, EndpointState } from "./schema";
import { endpointProperties } from "./schema";
import { type Fingerprints, filesOf, fingerprintsOf, type Tls } from "./tls";
import { type DesiredEndpoint, differences, managed, statusOf } from "./view";

type Update = Parameters<PortainerClient["endpoints"]["update"]>[0]["body"];

/** The desired environment, and what we know beyond the server's answer. */
interface Task {
  readonly desired: DesiredEndpoint;
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
async function apply(client: PortainerClient, task: Task, progress: Progress): Promise<void> {
  const { desired, directory, stored } = task;
  const { endpoints } = client;
  const params = { id: progress.endpoint.Id };
  const different = differences(progress.endpoint, desired, directory);
  const files = filesToUpload(progress.endpoint, desired.tls, stored);
  progress.isRerouted = files.length > 0 || different.some((key) => key === "url" || key === "tls");
  progress.hasFiles ||= files.length === 0;
  if (files.length > 0) {
    progress.isTouched = true;
    await upload(client, progress.endpoint, files);
  }
  if (files.length > 0 || different.some((key) => key !== "security")) {
    const body = updateBody(progress.endpoint, desired, directory);
    progress.endpoint = await repeatIfLost(() =>
      nameTaken(() => endpoints.update({ params, body }), desired.name),
    );
    progress.isTouched = true;
    progress.hasFiles = true;
  }
  if (desired.security && different.includes("security")) {
    const body = desired.security;
    progress.endpoint = await repeatIfLost(() => endpoints.updateSettings({ params, body }));
    progress.isTouched = true;
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
  const desired = fingerprintsOf(tls);
  const onServer = { ca: TLSConfig.TLSCACert, cert: TLSConfig.TLSCert, key: TLSConfig.TLSKey };
  return TLS_FILES.flatMap((file) => {
    const content = files[file];
    const isThere = TLSConfig.TLS && onServer[file] && desired[file] === stored[file];
    return content === undefined || isThere ? [] : [[file, content] as const];
  });
}

/** Portainer loads new TLS files only when the body has `URL` and all three TLS flags. */
function updateBody(endpoint: Endpoint, desired: DesiredEndpoint, directory: Directory): Update {
  const { name, url, publicUrl, groupId, tagIds, tls, access } = desired;
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
interface WaitingTask extends Task {
  readonly endpoint: Endpoint;
  /** Whether this step created or adopted it, so that Pulumi must store it even if the step fails. */
  readonly isNew: boolean;
  readonly news: EndpointInputs;
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
export async function applyAndWait(context: Context, task: WaitingTask): Promise<EndpointState> {
  const { endpoint, isNew, news, instanceId } = task;
  const progress: Progress = { endpoint, isTouched: isNew, hasFiles: isNew, isRerouted: false };
  try {
    await apply(context.connection.client, task, progress);
    const engineId = await greetEngine(context, task, progress).catch((error: unknown) =>
      undoRotation(context, task, progress, error),
    );
    return {
      ...news,
      endpointId: endpoint.Id,
      status: statusOf(progress.endpoint),
      tlsFingerprints: fingerprintsOf(news.tls),
      instanceId,
      ...(engineId !== undefined && { engineId }),
    };
  } catch (error) {
    if (!progress.isTouched) throw error;
    throw new Unfinished(String(endpoint.Id), { ...present(task, progress), instanceId }, error);
  }
}

async function greetEngine(
  context: Context,
  task: WaitingTask,
  progress: Progress,
): Promise<string | undefined> {
  const { isNew, news, olds } = task;
  const before = olds?.engineId;
  const { client } = context.connection;
  const id = progress.endpoint.Id;
  if (!isNew && !progress.isRerouted && before !== undefined) return before;
  const limit = patience(
    news.startupTimeout ?? (tlsToPutBack(task) === undefined ? undefined : ROTATION_TIMEOUT),
  );
  const engineId = await untilUp(context, id, news, limit);
  if (before !== undefined && before !== engineId) {
    context.warn(
      `the environment now leads to another engine: what this program made on the one before (${before}) is not there`,
    );
  }
  if (progress.isRerouted || statusOf(progress.endpoint) === "down") {
    await client.endpoints.snapshot({ params: { id } });
    progress.endpoint = { ...progress.endpoint, Status: 1 };
  }
  return engineId;
}

/**
 * The TLS settings from before this update (`null` for none) if they are all known and the update changed `tls` but not
 * `url`: then the new settings are the reason when the engine does not answer.
 */
function tlsToPutBack({ olds, news, endpoint }: WaitingTask): Tls | null | undefined {
  if (!olds || endpoint.TLSConfig.TLS !== (olds.tls !== undefined)) return undefined;
  const { changed } = difference(endpointProperties, { ...olds }, { ...news });
  if (!changed.includes("tls") || changed.includes("url")) return undefined;
  return equal(fingerprintsOf(olds.tls), olds.tlsFingerprints ?? {}) ? (olds.tls ?? null) : undefined;
}

/** Restores the former TLS settings if only this update can be the reason why the engine does not answer. */
async function undoRotation(
  context: Context,
  task: WaitingTask,
  progress: Progress,
  error: unknown,
): Promise<never> {
  const tls = tlsToPutBack(task);
  if (tls === undefined || context.signal.aborted) throw error;
  const { news, directory } = task;
  const restoring = { desired: { url: news.url, tls }, directory, stored: fingerprintsOf(news.tls) };
  progress.hasFiles = false;
  const reason = `this update has changed \`tls\`, and with that the engine does not answer: ${sentence(messageOf(error))}`;
  try {
    await apply(context.connection.client, restoring, progress);
  } catch (failure) {
    throw new ProviderError(`${reason} To put the settings from before back failed: ${messageOf(failure)}`);
  }
  context.connection.forgetEngine(progress.endpoint.Id);
  progress.tls = tls;
  throw new ProviderError(
    `${reason} The settings from before were put back. An engine that takes its new certificate only later needs a longer \`startupTimeout\`.`,
  );
}

/** The state after a failed step. It differs from the desired one wherever something is left to do. */
function present({ news, olds, directory }: WaitingTask, { endpoint, hasFiles, tls: putBack }: Progress) {
  const { tls: shown, ...others } = refreshed(
    endpointProperties,
    { ...news },
    managed(endpoint, news, directory),
  );
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
