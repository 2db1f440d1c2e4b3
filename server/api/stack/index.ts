import { type contract, StackStatus, StackType } from "../../../contract";
import type { Caller } from "../../auth/caller";
import { unixSeconds } from "../../clock";
import { HttpError } from "../../http-error";
import { found, NOT_IN_DATABASE, noSuchRow } from "../../not-found";
import type { Handlers } from "../../route/call";
import type { Services } from "../../services";
import type { StackRecord } from "../../store/records";
import {
  manageableEndpoint,
  mayUseStack,
  optionalEndpointId,
  requiredEndpointId,
  requireStackAccess,
} from "./access";
import { createStack, normalized } from "./create";
import { readAgain } from "./from-git";
import { listStacks } from "./list";
import { isRunning, runStack, stopStack } from "./run";
import { controlOf, shown } from "./shown";
import { changedGit, fromFile, fromRepository, fromString, requireAutoUpdate } from "./source";

export function stackHandlers(services: Services): Handlers<typeof contract.stacks> {
  const { store, clock } = services;

  /** Stores a stack after it was deployed, and answers it. */
  const save = (caller: Caller | undefined, stack: StackRecord, change: Partial<StackRecord>) =>
    store.change(() => {
      const dates = caller ? { UpdateDate: unixSeconds(clock), UpdatedBy: caller.username } : {};
      const updated = { ...found(store.stacks, stack.Id), ...dates, ...change };
      return shown(services, store.stacks.put(stack.Id, updated), false);
    });

  /** A stack that the caller may change on the environment he names. */
  const manageable = (caller: Caller, id: number, endpointId: number, what: string) => {
    const stack = found(store.stacks, id);
    const endpoint = manageableEndpoint(store, caller, endpointId, what);
    requireStackAccess(store, caller, stack);
    return { stack, endpoint };
  };

  return {
    list: ({ caller, query }) => listStacks(services, caller, query.filters),

    createFromString: (call) =>
      createStack(services, call.caller, call.params.type, requiredEndpointId(call.query), () =>
        fromString(call.body),
      ),

    createFromFile: (call) =>
      createStack(services, call.caller, call.params.type, requiredEndpointId(call.query), () =>
        fromFile(call.form),
      ),

    createFromRepository: (call) =>
      createStack(services, call.caller, call.params.type, requiredEndpointId(call.query), () =>
        fromRepository(call.body),
      ),

    get({ caller, params }) {
      const stack = found(store.stacks, params.id);
      if (!caller.isAdmin) found(store.endpoints, stack.EndpointId);
      requireStackAccess(store, caller, stack);
      return shown(services, stack);
    },

    file({ caller, params }) {
      const stack = found(store.stacks, params.id);
      if (!caller.isAdmin) found(store.endpoints, stack.EndpointId);
      requireStackAccess(store, caller, stack);
      return { StackFileContent: stack.Files[stack.EntryPoint] ?? "" };
    },

    async update(call) {
      const { stack, endpoint } = manageable(
        call.caller,
        call.params.id,
        requiredEndpointId(call.query),
        "editing",
      );
      const { StackFileContent, Env, PullImage, Prune = false } = call.body;
      const updated = {
        ...stack,
        EndpointId: endpoint.Id,
        EntryPoint: stack.GitConfig ? "docker-compose.yml" : stack.EntryPoint,
        AdditionalFiles: stack.GitConfig ? null : stack.AdditionalFiles,
        Files: { ...(stack.GitConfig ? {} : stack.Files) },
        Env: Env ?? null,
        GitConfig: null,
        AutoUpdate: null,
        Status: StackStatus.active,
        ...(stack.Type === StackType.swarm && { Option: { Prune } }),
      };
      updated.Files[updated.EntryPoint] = StackFileContent;
      await runStack(services, call.caller, updated, endpoint, { pull: PullImage, prune: Prune });
      const { UpdateDate, UpdatedBy, ...change } = updated;
      return save(call.caller, stack, change);
    },

    async start(call) {
      const { stack, endpoint } = manageable(
        call.caller,
        call.params.id,
        requiredEndpointId(call.query),
        "management",
      );
      if (await isRunning(services, stack, endpoint))
        throw new HttpError(409, `A stack with the name '${stack.Name}' is already running`);
      if (stack.Status === StackStatus.active) throw new HttpError(400, "Stack is already active");
      await runStack(services, call.caller, stack, endpoint);
      return save(undefined, stack, { Status: StackStatus.active });
    },

    async stop(call) {
      const { stack, endpoint } = manageable(
        call.caller,
        call.params.id,
        requiredEndpointId(call.query),
        "management",
      );
      if (stack.Status === StackStatus.inactive) throw new HttpError(400, "Stack is already inactive");
      await stopStack(services, call.caller, stack, endpoint);
      return save(undefined, stack, { Status: StackStatus.inactive });
    },

    async migrate(call) {
      const { stack, endpoint } = manageable(
        call.caller,
        call.params.id,
        optionalEndpointId(call.query) ?? found(store.stacks, call.params.id).EndpointId,
        "migration",
      );
      const target = manageableEndpoint(store, call.caller, call.body.EndpointID, "migration");
      const Name = call.body.Name ? normalized(call.body.Name) : stack.Name;
      const moved = { ...stack, Name, EndpointId: target.Id, SwarmId: call.body.SwarmID ?? stack.SwarmId };
      if (await isRunning(services, moved, target))
        throw new HttpError(
          409,
          `A stack with the name '${Name}' is already running on the target environment`,
        );
      await runStack(services, call.caller, moved, target);
      await stopStack(services, call.caller, stack, endpoint);
      return store.change(() => {
        const control = controlOf(store, stack);
        if (control)
          store.resourceControls.put(control.Id, { ...control, ResourceId: `${target.Id}_${Name}` });
        const current = { ...found(store.stacks, stack.Id), ...moved };
        const dates = { UpdateDate: unixSeconds(clock), UpdatedBy: call.caller.username };
        return shown(services, store.stacks.put(stack.Id, { ...current, ...dates }));
      });
    },

    associate({ params, query, caller }) {
      const stack = found(store.stacks, params.id);
      const endpoint = found(store.endpoints, requiredEndpointId(query));
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
      const { stack } = manageable(call.caller, call.params.id, requiredEndpointId(call.query), "editing");
      if (!stack.GitConfig) throw new HttpError(400, "Stack is not created from git");
      requireAutoUpdate(call.body.AutoUpdate);
      return save(call.caller, stack, {
        GitConfig: changedGit(stack.GitConfig, call.body),
        AutoUpdate: call.body.AutoUpdate ?? null,
        Env: call.body.Env ?? stack.Env,
      });
    },

    async redeploy(call) {
      const { stack, endpoint } = manageable(
        call.caller,
        call.params.id,
        requiredEndpointId(call.query),
        "editing",
      );
      const { Env = stack.Env, PullImage, Prune } = call.body;
      const git = stack.GitConfig && changedGit(stack.GitConfig, call.body);
      const updated = await readAgain({ ...stack, Env }, git);
      await runStack(services, call.caller, updated, endpoint, { pull: PullImage, prune: Prune });
      const { Files, GitConfig } = updated;
      return save(call.caller, stack, { Files, GitConfig, Env, Status: StackStatus.active });
    },

    async fire({ params }) {
      const stack = store.stacks.find(({ AutoUpdate }) => AutoUpdate?.Webhook === params.token);
      if (!stack) throw new HttpError(404, "Unable to find the stack by webhook ID", NOT_IN_DATABASE);
      await services.autoUpdates.update(stack);
    },

    async delete({ caller, params, query }) {
      const stack = found(store.stacks, params.id);
      const endpointId = optionalEndpointId(query) ?? 0;
      const isOrphan = endpointId !== stack.EndpointId;
      if (isOrphan && !caller.isAdmin) throw new HttpError(403, "Permission denied to remove orphaned stack");
      const known = store.endpoints.get(endpointId);
      if (!known)
        throw new HttpError(
          404,
          "Unable to find the endpoint associated to the stack inside the database",
          noSuchRow("endpoints", endpointId),
        );
      const endpoint = manageableEndpoint(store, caller, endpointId, "deletion");
      if (!mayUseStack(store, caller, stack)) throw new HttpError(403, "Access denied to resource");
      if (stack.Status === StackStatus.active) await stopStack(services, caller, stack, endpoint);
      await store.change(() => {
        const control = controlOf(store, stack);
        if (control) store.resourceControls.delete(control.Id);
        store.stacks.delete(found(store.stacks, stack.Id).Id);
      });
    },
  };
}
