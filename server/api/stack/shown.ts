import { ResourceType } from "../../../contract";
import type { Services } from "../../services";
import type { ResourceControlRecord, StackRecord } from "../../store/records";
import type { Store } from "../../store/store";

export const controlIdOf = ({ EndpointId, Name }: StackRecord): string => `${EndpointId}_${Name}`;

export function controlOf(store: Store, stack: StackRecord): ResourceControlRecord | undefined {
  const ids = [controlIdOf(stack), stack.Name];
  return store.resourceControls.find((c) => c.Type === ResourceType.stack && ids.includes(c.ResourceId));
}

/** A stack as answered. Portainer leaves the control out where it has changed the stack. */
export function shown(services: Services, { Files, ...stack }: StackRecord, withControl = true) {
  const git = stack.GitConfig;
  return {
    ...stack,
    GitConfig: git && {
      ...git,
      Authentication: git.Authentication && { ...git.Authentication, Password: "" },
    },
    ResourceControl: withControl ? (controlOf(services.store, { Files, ...stack }) ?? null) : null,
    ProjectPath: services.folderOf("compose", stack.Id),
    Namespace: "",
  };
}
