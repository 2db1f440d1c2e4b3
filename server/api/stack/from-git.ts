import { StackStatus } from "../../../contract";
import { callerOf } from "../../auth/caller";
import { latestCommit } from "../../git";
import { HttpError } from "../../http-error";
import { found } from "../../not-found";
import type { Services } from "../../services";
import type { GitRecord, StackRecord } from "../../store/records";
import { runStack } from "./run";
import { readStackFiles, unreadable } from "./source";

/** A stack with the files that its repository has now. */
export async function readAgain(
  stack: StackRecord,
  git: GitRecord | null = stack.GitConfig,
): Promise<StackRecord & { GitConfig: GitRecord }> {
  if (!git) throw new HttpError(400, "Stack is not created from git");
  const paths = [stack.EntryPoint, ...(stack.AdditionalFiles ?? [])];
  const { Files, ConfigHash } = await readStackFiles(git, paths);
  return { ...stack, Files, GitConfig: { ...git, ConfigHash } };
}

/** Deploys a running stack anew if its repository has changed, or always if the stack is set to. */
export async function updateFromGit(services: Services, stack: StackRecord): Promise<void> {
  const { store } = services;
  const { GitConfig, AutoUpdate, Status } = stack;
  if (!GitConfig || Status !== StackStatus.active) return;
  const author = authorOf(services, stack);
  const commit = await latestCommit(GitConfig).catch(unreadable);
  if (commit === GitConfig.ConfigHash && !AutoUpdate?.ForceUpdate) return;
  const updated = await readAgain(stack);
  const endpoint = found(store.endpoints, stack.EndpointId);
  await runStack(services, author, updated, endpoint, { pull: AutoUpdate?.ForcePullImage });
  await store.change(() => {
    const { Files, GitConfig } = updated;
    store.stacks.put(stack.Id, { ...found(store.stacks, stack.Id), Files, GitConfig });
  });
}

/** A stack gets no more rights by itself than whoever deployed it last. */
function authorOf({ store }: Services, { UpdatedBy, CreatedBy }: StackRecord) {
  const author = store.users.find(({ Username }) => Username === (UpdatedBy || CreatedBy));
  if (author) return callerOf(store, author);
  throw new HttpError(
    409,
    "Autoupdate for the stack isn't available",
    "cannot autoupdate, stack author user is missing",
  );
}
