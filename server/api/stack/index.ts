import type { contract } from "../../../contract";
import type { Handlers } from "../../route/call";
import type { Services } from "../../services";
import { requiredEndpointId, shown, visibleStack } from "./access";
import { changeHandlers } from "./change";
import { createStack, refuseMethod } from "./create";
import { gitHandlers } from "./from-git";
import { listStacks } from "./list";
import { fromFile, fromRepository, fromString, requireJson } from "./source";

export function stackHandlers(services: Services): Handlers<typeof contract.stacks> {
  const { store } = services;
  return {
    list: ({ caller, query }) => listStacks(services, caller, query.filters),

    createFromString: (call) =>
      createStack(services, call.caller, call.params.type, requiredEndpointId(call.query), () =>
        fromString(requireJson(call)),
      ),

    createFromFile: (call) =>
      createStack(services, call.caller, call.params.type, requiredEndpointId(call.query), () =>
        fromFile(call.form),
      ),

    createFromRepository: (call) =>
      createStack(services, call.caller, call.params.type, requiredEndpointId(call.query), () =>
        fromRepository(requireJson(call)),
      ),

    createFromElsewhere: (call) =>
      refuseMethod(services, call.caller, call.params, requiredEndpointId(call.query)),

    get({ caller, params }) {
      const stack = visibleStack(store, caller, params.id);
      return shown(services, stack, store.endpoints.get(stack.EndpointId) !== undefined);
    },

    file({ caller, params }) {
      const stack = visibleStack(store, caller, params.id);
      return { StackFileContent: stack.Files[stack.EntryPoint] ?? "" };
    },

    ...changeHandlers(services),
    ...gitHandlers(services),
  };
}
