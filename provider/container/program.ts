import type { Properties } from "../core/hidden";
import type { Failure } from "../core/validate";
import { misplacedFiles } from "./arguments/file-placement";
import { conflicts } from "./conflicts";

/** What no single argument shows to be wrong. */
export function validateTogether(inputs: Properties): Failure[] {
  return [...missingEndpoint(inputs), ...conflicts(inputs), ...misplacedFiles(inputs)];
}

function missingEndpoint({ endpointId }: Properties): Failure[] {
  if (endpointId !== undefined) return [];
  const reason =
    "no environment: set `endpointId` here or on the Provider, stack config portainer:endpointId or PORTAINER_ENDPOINT_ID";
  return [{ property: "endpointId", reason }];
}
