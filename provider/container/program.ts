import type { Properties } from "../core/hidden";
import { hasUnknown } from "../core/unknown";
import type { Failure } from "../core/validate";
import { misplacedFiles } from "./arguments/file-placement";

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

/** Values that are not known yet are in nobody's way. */
function conflicts(inputs: Properties): Failure[] {
  const set = (key: string) => inputs[key] !== undefined && !hasUnknown(inputs[key]);
  const known = Object.fromEntries(Object.entries(inputs).filter(([key]) => set(key)));
  const { autoRemove, restart, waitFor, desiredState } = known;
  const failures: Failure[] = [];
  if (set("networks") && set("networkMode")) {
    failures.push({
      property: "networkMode",
      reason: "`networks` and `networkMode` exclude each other: keep one",
    });
  }
  if (autoRemove === true && restart !== undefined && restart !== "no") {
    failures.push({
      property: "autoRemove",
      reason: `a container with restart "${restart}" cannot have autoRemove`,
    });
  }
  if (autoRemove === true && waitFor === "exited") {
    failures.push({
      property: "autoRemove",
      reason: 'waitFor "exited" needs the container after its end: drop autoRemove',
    });
  }
  if (set("image") && set("imageDigest") && /@sha256:|^sha256:/.test(String(known["image"]))) {
    failures.push({ property: "imageDigest", reason: "`image` has a digest already: keep one" });
  }
  if (set("gpus") && set("deviceRequests")) {
    failures.push({ property: "gpus", reason: "`gpus` is short for one of `deviceRequests`: keep one form" });
  }
  if (
    set("links") &&
    (set("networks") || !["bridge", "default", "undefined"].includes(String(known["networkMode"])))
  ) {
    failures.push({
      property: "links",
      reason:
        "`links` work on the default bridge alone: on other networks names are found, and `aliases` add more",
    });
  }
  if (set("cpus") && (set("cpuQuota") || set("cpuPeriod"))) {
    failures.push({
      property: "cpus",
      reason: "`cpus` and `cpuQuota`/`cpuPeriod` say the same twice: keep one form",
    });
  }
  if (
    waitFor !== undefined &&
    waitFor !== "started" &&
    desiredState !== undefined &&
    desiredState !== "running"
  ) {
    failures.push({ property: "waitFor", reason: `waiting for "${waitFor}" needs desiredState "running"` });
  }
  return failures;
}
