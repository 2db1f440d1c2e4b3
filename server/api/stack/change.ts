import { type contract, StackStatus, StackType } from "../../../contract";
import type { Caller } from "../../auth/caller";
import { unixSeconds } from "../../clock";
import { found, HttpError } from "../../http-error";
import type { Handlers } from "../../route/call";
import { readId } from "../../route/params";
import type { Services } from "../../services";
import type { StackRecord } from "../../store/records";
import {
  controlOf,
  endpointCalled,
  manageableEnvironment,
  optionalEndpointId,
  requiredEndpointId,
  requireManagement,
  requireStackAccess,
  requireUse,
  saveStack,
  shown,
} from "./access";
import { normalized } from "./create";
import { failedTo, isRunning, runStack, stopStack } from "./run";
import { requireJson } from "./source";

type ChangeHandlers = Pick<
  Handlers<typeof contract.stacks>,
  "update" | "start" | "stop" | "migrate" | "associate" | "delete"
>;

/** Changes existing stacks, whatever their source. */
export function changeHandlers(services: Services): ChangeHandlers {
  const { store, clock } = services;
  return {
    async update(call) {
      const stack = found(store.stacks, call.params.id);
      const endpoint = manageableEnvironment(store, call.caller, stack, {
        on: requiredEndpointId(call.query),
        called: "itsEnvironment",
        deed: "Stack editing",
      });
      const { StackFileContent, Env, PullImage, Prune = false } = requireJson(call);
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
      return saveStack(services, call.caller, stack, change);
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
      return saveStack(services, undefined, stack, { Status: StackStatus.active });
    },

    async stop(call) {
      const stack = found(store.stacks, call.params.id);
      const endpoint = manageableEnvironment(store, call.caller, stack, {
        on: requiredEndpointId(call.query),
        called: "environment",
        deed: "stack management",
      });
      if (stack.Status === StackStatus.inactive) throw new HttpError(400, "Stack is already inactive");
      await stopStack(services, call.caller, stack, endpoint).catch((cause) => failedTo("stop stack", cause));
      return saveStack(services, undefined, stack, { Status: StackStatus.inactive });
    },

    async migrate(call) {
      const { body } = call;
      const stack = found(store.stacks, call.params.id);
      const deed = "Stack migration";
      const endpoint = manageableEnvironment(store, call.caller, stack, {
        on: stack.EndpointId,
        called: "endpoint",
        deed,
      });
      optionalEndpointId(call.query);
      const target = endpointCalled(store, body.EndpointID, "endpoint");
      // Portainer does not check access to the target environment; this server does.
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

    async delete({ caller, params, query }) {
      if (query.external === "true") return deleteExternal(services, caller, params.stack, query);
      const stack = found(store.stacks, readId("stack", params.stack));
      const on = optionalEndpointId(query) ?? 0;
      const isOrphan = on !== stack.EndpointId;
      if (isOrphan && !caller.isAdmin) throw new HttpError(403, "Permission denied to remove orphaned stack");
      const endpoint = manageableEnvironment(store, caller, stack, {
        on,
        called: "itsEndpoint",
        deed: "stack deletion",
      });
      if (stack.Status === StackStatus.active) await stopStack(services, caller, stack, endpoint);
      await store.change(() => {
        const control = controlOf(store, stack);
        if (control) store.resourceControls.delete(control.Id);
        store.stacks.delete(found(store.stacks, stack.Id).Id);
      });
    },
  };
}

/** Removes a swarm stack that was deployed without this server. */
async function deleteExternal(
  services: Services,
  caller: Caller,
  name: string,
  query: { endpointId?: string | undefined },
): Promise<undefined> {
  const { store } = services;
  const endpointId = requiredEndpointId(query);
  if (!caller.isAdmin) throw new HttpError(401, "Permission denied to delete the stack", "Unauthorized");
  if (store.stacks.find(({ Name }) => Name === name))
    throw new HttpError(
      400,
      "A stack with this name exists inside the database. Cannot use external delete method",
      "A tag already exists with this name",
    );
  const endpoint = endpointCalled(store, endpointId, "itsEndpoint");
  await stopStack(
    services,
    caller,
    { ...UNSTORED, Name: normalized(name), EndpointId: endpoint.Id },
    endpoint,
  ).catch((cause: Error) => {
    throw new HttpError(500, "Unable to delete stack", cause.message, { cause });
  });
}

/** The fields of a stack that is not stored. */
const UNSTORED: Omit<StackRecord, "Name" | "EndpointId"> = {
  Id: 0,
  Type: StackType.swarm,
  SwarmId: "",
  EntryPoint: "docker-compose.yml",
  Env: null,
  Status: StackStatus.active,
  CreationDate: 0,
  CreatedBy: "",
  UpdateDate: 0,
  UpdatedBy: "",
  AdditionalFiles: null,
  AutoUpdate: null,
  Option: null,
  GitConfig: null,
  FromAppTemplate: false,
  Files: {},
};
