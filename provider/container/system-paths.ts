import type { ContainerInspect } from "../../contract";
import type { ContainerSettled } from "./arguments";

/** What every engine hides from a container, and what it lets it only read. */
const ALWAYS = {
  MaskedPaths: ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
  ReadonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
};

/** What only some versions of the engine add. */
const SOMETIMES =
  /^\/(?:proc\/(?:asound|interrupts|latency_stats|sched_debug|scsi|timer_stats)|sys\/devices\/virtual\/powercap|sys\/devices\/system\/cpu\/cpu\d+\/thermal_throttle)$/;

/** The paths that whoever made a container has asked for; none where they are the engine's own. */
export function declaredSystemPaths({
  HostConfig,
}: ContainerInspect): Pick<ContainerSettled, "maskedPaths" | "readonlyPaths"> {
  const unconfined = HostConfig["Privileged"] === true;
  const asked = (key: "maskedPaths" | "readonlyPaths", field: keyof typeof ALWAYS) => {
    const paths = HostConfig[field] as string[] | null | undefined;
    if (!paths || (unconfined && paths.length === 0)) return {};
    return isOwn(paths, ALWAYS[field]) ? {} : { [key]: paths };
  };
  return { ...asked("maskedPaths", "MaskedPaths"), ...asked("readonlyPaths", "ReadonlyPaths") };
}

function isOwn(paths: readonly string[], always: readonly string[]): boolean {
  return (
    always.every((path) => paths.includes(path)) &&
    paths.every((path) => always.includes(path) || SOMETIMES.test(path))
  );
}
