import type { IncomingHttpHeaders } from "node:http";
import type { z } from "zod";
import type { contract } from "../../../contract";
import { parseDuration } from "../../../contract/duration";
import { HttpError } from "../../http-error";
import { INVALID_PAYLOAD } from "../../route/decode";
import type { AutoUpdateRecord, GitRecord, StackRecord, StackVariable } from "../../store/records";
import { type Repository, readRepository } from "./git";

/** The fields of a stack that a creation request determines. */
type Fixed = "Name" | "Files" | "EntryPoint" | "Env" | "SwarmId" | "FromAppTemplate";
type Optional = "AdditionalFiles" | "AutoUpdate" | "GitConfig";
export type NewStack = Pick<StackRecord, Fixed> & Partial<Pick<StackRecord, Optional>>;

const ENTRY_POINT = "docker-compose.yml";

type Contract = typeof contract.stacks;

/**
 * The JSON that a call has brought. Portainer looks for the environment in forms too before it reads it, and what says
 * of itself that it is one is used up by that, as `curl -d` says unless told otherwise.
 */
export function requireJson<T>(call: { readonly headers: IncomingHttpHeaders; readonly body: T }): T {
  if (/^application\/x-www-form-urlencoded/i.test(call.headers["content-type"] ?? ""))
    throw new HttpError(400, INVALID_PAYLOAD, "EOF");
  return call.body;
}

export function fromString(body: z.output<Contract["createFromString"]["body"]>): NewStack {
  return {
    Name: body.Name,
    SwarmId: body.SwarmID ?? "",
    EntryPoint: ENTRY_POINT,
    Files: { [ENTRY_POINT]: body.StackFileContent },
    Env: body.Env ?? null,
    FromAppTemplate: body.FromAppTemplate ?? false,
  };
}

export function fromFile(form: z.output<Contract["createFromFile"]["form"]>): NewStack {
  return {
    Name: form.Name,
    SwarmId: form.SwarmID ?? "",
    EntryPoint: ENTRY_POINT,
    Files: { [ENTRY_POINT]: Buffer.from(form.file.content).toString() },
    Env: readVariables(form.Env),
    FromAppTemplate: false,
  };
}

export function fromRepository(body: z.output<Contract["createFromRepository"]["body"]>): NewStack {
  if (body.RepositoryAuthentication && !body.RepositoryPassword)
    throw new HttpError(
      400,
      INVALID_PAYLOAD,
      "Invalid repository credentials. Password must be specified when authentication is enabled",
    );
  requireAutoUpdate(body.AutoUpdate);
  const repository = {
    URL: body.RepositoryURL.replace(/\/$/, ""),
    ReferenceName: body.RepositoryReferenceName ?? "",
    Authentication: body.RepositoryAuthentication
      ? { Username: body.RepositoryUsername ?? "", Password: body.RepositoryPassword ?? "" }
      : null,
    TLSSkipVerify: body.TLSSkipVerify ?? false,
  };
  const EntryPoint = body.ComposeFile || body.ComposeFilePathInRepository || ENTRY_POINT;
  const AdditionalFiles = body.AdditionalFiles?.length ? body.AdditionalFiles : null;
  const GitConfig = { ...repository, ConfigFilePath: EntryPoint, ConfigHash: "" };
  return {
    Name: body.Name,
    SwarmId: body.SwarmID ?? "",
    EntryPoint,
    AdditionalFiles,
    Files: {},
    Env: body.Env ?? null,
    AutoUpdate: body.AutoUpdate ?? null,
    GitConfig,
    FromAppTemplate: body.FromAppTemplate ?? false,
  };
}

type GitChange = z.output<Contract["updateGit"]["body"]>;

/** The git settings after a change. A password that is not sent is kept; everything else is replaced. */
export function changedGit(git: GitRecord, change: GitChange): GitRecord {
  const Authentication = change.RepositoryAuthentication
    ? {
        Username: change.RepositoryUsername ?? "",
        Password: change.RepositoryPassword || (git.Authentication?.Password ?? ""),
      }
    : null;
  return { ...git, ReferenceName: change.RepositoryReferenceName ?? "", Authentication };
}

export async function readStackFiles(repository: Repository, paths: readonly string[]) {
  const { commit, files } = await readRepository(repository, paths).catch(unreadable);
  return { Files: Object.fromEntries(files), ConfigHash: commit };
}

export function unreadable(cause: Error): never {
  throw new HttpError(500, "Unable to clone git repository", cause.message, { cause });
}

export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

export function requireAutoUpdate(autoUpdate: AutoUpdateRecord | undefined): void {
  if (!autoUpdate) return;
  const refuse = (details: string) => new HttpError(400, INVALID_PAYLOAD, details);
  if (!autoUpdate.Interval && !autoUpdate.Webhook) throw refuse("Webhook or Interval must be provided");
  if (autoUpdate.Webhook && !isUuid(autoUpdate.Webhook)) throw refuse("invalid Webhook format");
  if (autoUpdate.Interval && parseDuration(autoUpdate.Interval) === undefined)
    throw refuse("invalid Interval format");
}

function readVariables(text: string | undefined): StackVariable[] | null {
  if (!text) return null;
  try {
    const list = JSON.parse(text) as { name: string; value?: string }[] | null;
    return list?.map(({ name, value = "" }) => ({ name, value })) ?? null;
  } catch (cause) {
    throw new HttpError(400, INVALID_PAYLOAD, "Invalid Env parameter", { cause });
  }
}
