import { isApiError, type PortainerClient } from "../../client";
import { type Endpoint, TLS_FILES } from "../../contract";
import type { Directory } from "../core/directory";
import { ProviderError } from "../core/failure";
import { idNumber } from "../core/id";
import { repeatIfLost } from "../core/lost";
import { policiesOf } from "./access";
import { type Fingerprints, filesOf, fingerprintsOf, type Tls } from "./tls";
import { differences } from "./view";
import type { Wish } from "./wish";

type Update = Parameters<PortainerClient["endpoints"]["update"]>[0]["body"];

/** What is to be done to an environment, and what is known of it besides what the server shows. */
export interface Task {
  readonly wish: Wish;
  readonly directory: Directory;
  /** The TLS files that the server has. */
  readonly stored: Fingerprints;
}

/** How far an environment has come; kept up to date, so that a failure leaves a true state. */
export interface Course {
  endpoint: Endpoint;
  /** Whether anything was written. */
  isTouched: boolean;
  /** Whether the server has the wished TLS files, and uses them. */
  hasFiles: boolean;
  /** Whether Portainer now reaches the engine in another way. */
  isRerouted: boolean;
  /** The TLS settings from before, `null` for none, where they were put back. */
  tls?: Tls | null;
}

/** Makes an environment as wished, by the calls that this takes and no more. */
export async function carryOut(client: PortainerClient, task: Task, course: Course): Promise<void> {
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

/** Only files that are new: the server keeps the others, as long as TLS stays on. */
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

/** Portainer looks for new TLS files only when `URL` and all three flags are given. */
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
