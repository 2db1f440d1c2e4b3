import { type contract, StackStatus, StackType } from "../../../contract";
import { callerOf } from "../../auth/caller";
import { found, HttpError, NOT_IN_DATABASE } from "../../http-error";
import type { Handlers } from "../../route/call";
import type { Services } from "../../services";
import type { GitRecord, StackRecord } from "../../store/records";
import { manageableEnvironment, optionalEndpointId, saveStack } from "./access";
import { latestCommit } from "./git";
import { failedTo, runStack } from "./run";
import { changedGit, isUuid, readStackFiles, requireAutoUpdate, requireJson, unreadable } from "./source";

type GitHandlers = Pick<Handlers<typeof contract.stacks>, "updateGit" | "redeploy" | "fire">;

/** Changes and updates stacks whose source is a git repository. */
export function gitHandlers(services: Services): GitHandlers {
  const { store } = services;
  return {
    async updateGit(call) {
      const { body } = call;
      requireAutoUpdate(body.AutoUpdate);
      const stack = found(store.stacks, call.params.id);
      if (!stack.GitConfig) throw new HttpError(500, "No Git config in the found stack");
      const endpoint = manageableEnvironment(store, call.caller, stack, {
        on: optionalEndpointId(call.query) ?? 0,
        called: "itsEnvironment",
        deed: "Stack editing",
      });
      const TLSSkipVerify = body.TLSSkipVerify ?? false;
      const GitConfig = { ...changedGit(stack.GitConfig, body), TLSSkipVerify };
      if (GitConfig.Authentication)
        await latestCommit(GitConfig).catch((cause) => failedTo("fetch git repository", cause));
      return saveStack(services, call.caller, stack, {
        EndpointId: endpoint.Id,
        GitConfig,
        AutoUpdate: body.AutoUpdate ?? null,
        Env: body.Env ?? null,
        ...pruning(stack, body),
      });
    },

    async redeploy(call) {
      const stack = found(store.stacks, call.params.id);
      const { GitConfig: git } = stack;
      if (!git) throw new HttpError(400, "Stack is not created from git");
      const endpoint = manageableEnvironment(store, call.caller, stack, {
        on: optionalEndpointId(call.query) ?? 0,
        called: "itsEnvironment",
        deed: "Stack management",
      });
      const body = requireJson(call);
      const { Env = null, PullImage, Prune } = body;
      const wanted = { ...stack, EndpointId: endpoint.Id, Env, ...pruning(stack, body) };
      const updated = await readAgain(wanted, changedGit(git, body));
      await runStack(services, call.caller, updated, endpoint, { pull: PullImage, prune: Prune });
      // Credentials sent with a redeployment are not stored.
      const GitConfig = { ...updated.GitConfig, Authentication: git.Authentication };
      return saveStack(services, call.caller, stack, {
        Files: updated.Files,
        GitConfig,
        EndpointId: endpoint.Id,
        Env,
        Option: updated.Option,
        Status: StackStatus.active,
      });
    },

    async fire({ params }) {
      if (!isUuid(params.token))
        throw new HttpError(400, "Invalid webhook identifier route variable", "uuid: incorrect UUID format");
      const stack = store.stacks.find(({ AutoUpdate }) => AutoUpdate?.Webhook === params.token);
      if (!stack) throw new HttpError(404, "Unable to find the stack by webhook ID", NOT_IN_DATABASE);
      await services.autoUpdates.update(stack).catch((cause) => {
        if (cause instanceof HttpError && cause.status === 409) throw cause;
        throw new HttpError(500, "Failed to update the stack", (cause as Error).message, { cause });
      });
    },
  };
}

/** Only swarm stacks store whether to prune. */
const pruning = ({ Type }: StackRecord, { Prune = false }: { Prune?: boolean | undefined }) =>
  Type === StackType.swarm ? { Option: { Prune } } : {};

/** Reads the files of a stack from its repository again. */
export async function readAgain(
  stack: StackRecord,
  git: GitRecord | null = stack.GitConfig,
): Promise<StackRecord & { GitConfig: GitRecord }> {
  if (!git) throw new HttpError(400, "Stack is not created from git");
  const paths = [stack.EntryPoint, ...(stack.AdditionalFiles ?? [])];
  const { Files, ConfigHash } = await readStackFiles(git, paths);
  return { ...stack, Files, GitConfig: { ...git, ConfigHash } };
}

/** Redeploys an active stack if its repository has changed, or in any case with `ForceUpdate`. */
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

/** An automatic update has the rights of the user who deployed the stack last. */
function authorOf({ store }: Services, { UpdatedBy, CreatedBy }: StackRecord) {
  const author = store.users.find(({ Username }) => Username === (UpdatedBy || CreatedBy));
  if (author) return callerOf(store, author);
  throw new HttpError(
    409,
    "Autoupdate for the stack isn't available",
    "cannot autoupdate, stack author user is missing",
  );
}
