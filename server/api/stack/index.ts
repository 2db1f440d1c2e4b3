import { type contract, StackStatus, StackType } from "../../../contract";
import type { Caller } from "../../auth/caller";
import { unixSeconds } from "../../clock";
import { latestCommit } from "../../git";
import { HttpError } from "../../http-error";
import { found, NOT_IN_DATABASE } from "../../not-found";
import type { Handlers } from "../../route/call";
import { readId } from "../../route/params";
import type { Services } from "../../services";
import type { EndpointRecord, StackRecord } from "../../store/records";
import {
  type Called,
  endpointCalled,
  optionalEndpointId,
  requiredEndpointId,
  requireManagement,
  requireStackAccess,
  requireUse,
} from "./access";
import { createStack, normalized, refuseMethod } from "./create";
import { deleteExternal } from "./external";
import { readAgain } from "./from-git";
import { listStacks } from "./list";
import { isRunning, runStack, stopStack } from "./run";
import { controlOf, shown } from "./shown";
import {
  changedGit,
  fromFile,
  fromRepository,
  fromString,
  isUuid,
  jsonOf,
  requireAutoUpdate,
} from "./source";

export function stackHandlers(services: Services): Handlers<typeof contract.stacks> {
  const { store, clock } = services;

  /** Stores a stack after it was deployed, and answers it. */
  const save = (caller: Caller | undefined, stack: StackRecord, change: Partial<StackRecord>) =>
    store.change(() => {
      const dates = caller ? { UpdateDate: unixSeconds(clock), UpdatedBy: caller.username } : {};
      const updated = { ...found(store.stacks, stack.Id), ...dates, ...change };
      return shown(services, store.stacks.put(stack.Id, updated), false);
    });

  /** The environment on which the caller may change a stack, and which that is. */
  const manageable = (
    caller: Caller,
    stack: StackRecord,
    { on, called, deed }: { on: number; called: Called; deed: string },
  ): EndpointRecord => {
    const endpoint = endpointCalled(store, on, called);
    requireUse(store, caller, endpoint, called);
    requireStackAccess(store, caller, stack);
    requireManagement(caller, endpoint, deed);
    return endpoint;
  };

  /** A stack for who may look at it: of an orphan, administrators alone. */
  const visible = (caller: Caller, id: number): StackRecord => {
    const stack = found(store.stacks, id);
    if (caller.isAdmin) return stack;
    const endpoint = found(store.endpoints, stack.EndpointId);
    requireManagement(caller, endpoint, "Stack management");
    requireUse(store, caller, endpoint, "environment");
    requireStackAccess(store, caller, stack);
    return stack;
  };

  return {
    list: ({ caller, query }) => listStacks(services, caller, query.filters),

    createFromString: (call) =>
      createStack(services, call.caller, call.params.type, requiredEndpointId(call.query), () =>
        fromString(jsonOf(call)),
      ),

    createFromFile: (call) =>
      createStack(services, call.caller, call.params.type, requiredEndpointId(call.query), () =>
        fromFile(call.form),
      ),

    createFromRepository: (call) =>
      createStack(services, call.caller, call.params.type, requiredEndpointId(call.query), () =>
        fromRepository(jsonOf(call)),
      ),

    createFromElsewhere: (call) =>
      refuseMethod(services, call.caller, call.params, requiredEndpointId(call.query)),

    get({ caller, params }) {
      const stack = visible(caller, params.id);
      return shown(services, stack, store.endpoints.get(stack.EndpointId) !== undefined);
    },

    file({ caller, params }) {
      const stack = visible(caller, params.id);
      return { StackFileContent: stack.Files[stack.EntryPoint] ?? "" };
    },

    async update(call) {
      const stack = found(store.stacks, call.params.id);
      const endpoint = manageable(call.caller, stack, {
        on: requiredEndpointId(call.query),
        called: "itsEnvironment",
        deed: "Stack editing",
      });
      const { StackFileContent, Env, PullImage, Prune = false } = jsonOf(call);
      const updated = {
        ...stack,
        EndpointId: endpoint.Id,
        Files: { ...stack.Files, [stack.EntryPoint]: StackFileContent },
        Env: Env ?? null,
        FromAppTemplate: stack.FromAppTemplate || stack.GitConfig !== null,
        GitConfig: null,
        AutoUpdate: null,
        Status: StackStatus.active,
      };
      await runStack(services, call.caller, updated, endpoint, { pull: PullImage, prune: Prune });
      const { UpdateDate, UpdatedBy, ...change } = updated;
      return save(call.caller, stack, change);
    },

    async start(call) {
      const stack = found(store.stacks, call.params.id);
      const endpoint = endpointCalled(store, requiredEndpointId(call.query), "endpoint");
      requireUse(store, call.caller, endpoint, "endpoint");
      requireManagement(call.caller, endpoint, "stack management");
      if (await isRunning(services, stack, endpoint))
        throw new HttpError(409, `A stack with the name '${stack.Name}' is already running`);
      requireStackAccess(store, call.caller, stack);
      if (stack.Status === StackStatus.active) throw new HttpError(400, "Stack is already active");
      await runStack(services, call.caller, stack, endpoint).catch((cause) => failedTo("start stack", cause));
      return save(undefined, stack, { Status: StackStatus.active });
    },

    async stop(call) {
      const stack = found(store.stacks, call.params.id);
      const endpoint = manageable(call.caller, stack, {
        on: requiredEndpointId(call.query),
        called: "environment",
        deed: "stack management",
      });
      if (stack.Status === StackStatus.inactive) throw new HttpError(400, "Stack is already inactive");
      await stopStack(services, call.caller, stack, endpoint).catch((cause) => failedTo("stop stack", cause));
      return save(undefined, stack, { Status: StackStatus.inactive });
    },

    async migrate(call) {
      const { body } = call;
      const stack = found(store.stacks, call.params.id);
      const deed = "Stack migration";
      const endpoint = manageable(call.caller, stack, { on: stack.EndpointId, called: "endpoint", deed });
      optionalEndpointId(call.query);
      const target = endpointCalled(store, body.EndpointID, "endpoint");
      // Portainer asks no leave for where a stack goes.
      requireUse(store, call.caller, target, "endpoint");
      requireManagement(call.caller, target, deed);
      const Name = body.Name ? normalized(body.Name) : stack.Name;
      const moved = { ...stack, Name, EndpointId: target.Id, SwarmId: body.SwarmID || stack.SwarmId };
      if (await isRunning(services, moved, target))
        throw new HttpError(
          409,
          `A stack with the name '${Name}' is already running on endpoint '${target.Name}'`,
        );
      await runStack(services, call.caller, moved, target);
      await stopStack(services, call.caller, stack, endpoint);
      return store.change(() => {
        const control = controlOf(store, stack);
        if (control)
          store.resourceControls.put(control.Id, { ...control, ResourceId: `${target.Id}_${Name}` });
        const current = { ...found(store.stacks, stack.Id), ...moved };
        return shown(services, store.stacks.put(stack.Id, current), false);
      });
    },

    associate({ params, query, caller }) {
      const endpointId = requiredEndpointId(query);
      if (!query.orphanedRunning)
        throw new HttpError(400, "Invalid query parameter: orphanedRunning", "Missing query parameter");
      const stack = found(store.stacks, params.id);
      const endpoint = found(store.endpoints, endpointId);
      const Status = query.orphanedRunning === "true" ? StackStatus.active : StackStatus.inactive;
      return store.change(() => {
        const control = controlOf(store, stack);
        if (control)
          store.resourceControls.put(control.Id, { ...control, ResourceId: `${endpoint.Id}_${stack.Name}` });
        const moved = {
          ...found(store.stacks, stack.Id),
          EndpointId: endpoint.Id,
          SwarmId: query.swarmId ?? "",
          Status,
          CreatedBy: caller.username,
          CreationDate: unixSeconds(clock),
          UpdateDate: 0,
          UpdatedBy: "",
        };
        return shown(services, store.stacks.put(stack.Id, moved));
      });
    },

    async updateGit(call) {
      const { body } = call;
      requireAutoUpdate(body.AutoUpdate);
      const stack = found(store.stacks, call.params.id);
      if (!stack.GitConfig) throw new HttpError(500, "No Git config in the found stack");
      const endpoint = manageable(call.caller, stack, {
        on: optionalEndpointId(call.query) ?? 0,
        called: "itsEnvironment",
        deed: "Stack editing",
      });
      const TLSSkipVerify = body.TLSSkipVerify ?? false;
      const GitConfig = { ...changedGit(stack.GitConfig, body), TLSSkipVerify };
      if (GitConfig.Authentication)
        await latestCommit(GitConfig).catch((cause) => failedTo("fetch git repository", cause));
      return save(call.caller, stack, {
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
      const endpoint = manageable(call.caller, stack, {
        on: optionalEndpointId(call.query) ?? 0,
        called: "itsEnvironment",
        deed: "Stack management",
      });
      const body = jsonOf(call);
      const { Env = null, PullImage, Prune } = body;
      const wished = { ...stack, EndpointId: endpoint.Id, Env, ...pruning(stack, body) };
      const updated = await readAgain(wished, changedGit(git, body));
      await runStack(services, call.caller, updated, endpoint, { pull: PullImage, prune: Prune });
      // Credentials that come with a redeployment are for this once.
      const GitConfig = { ...updated.GitConfig, Authentication: git.Authentication };
      return save(call.caller, stack, {
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

    async delete({ caller, params, query }) {
      if (query.external === "true") return deleteExternal(services, caller, params.stack, query);
      const stack = found(store.stacks, readId("stack", params.stack));
      const on = optionalEndpointId(query) ?? 0;
      const isOrphan = on !== stack.EndpointId;
      if (isOrphan && !caller.isAdmin) throw new HttpError(403, "Permission denied to remove orphaned stack");
      const endpoint = manageable(caller, stack, { on, called: "itsEndpoint", deed: "stack deletion" });
      if (stack.Status === StackStatus.active) await stopStack(services, caller, stack, endpoint);
      await store.change(() => {
        const control = controlOf(store, stack);
        if (control) store.resourceControls.delete(control.Id);
        store.stacks.delete(found(store.stacks, stack.Id).Id);
      });
    },
  };
}

function failedTo(what: string, cause: unknown): never {
  throw new HttpError(500, `Unable to ${what}`, (cause as Error).message, { cause });
}

/** Only a swarm's stack remembers whether to prune. */
const pruning = ({ Type }: StackRecord, { Prune = false }: { Prune?: boolean | undefined }) =>
  Type === StackType.swarm ? { Option: { Prune } } : {};
