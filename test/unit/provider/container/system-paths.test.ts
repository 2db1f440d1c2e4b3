import { expect, test } from "@jest/globals";
import type { ContainerInspect } from "../../../../contract";
import { declaredSystemPaths } from "../../../../provider/docker/container/importable";

const MASKED = ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"];
const READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

const declared = (hostConfig: object) =>
  declaredSystemPaths({ HostConfig: hostConfig } as unknown as ContainerInspect);
const NOTHING = {};

test.each([
  ["20.10", ["/proc/asound", "/proc/latency_stats", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi"]],
  ["26.1", ["/proc/asound", "/proc/scsi", "/sys/devices/virtual/powercap"]],
  ["28.5", ["/proc/interrupts", "/proc/scsi", "/sys/devices/system/cpu/cpu0/thermal_throttle"]],
])("what an engine %s hides by itself was asked for by nobody", (_version, more) => {
  expect(declared({ MaskedPaths: [...MASKED, ...more], ReadonlyPaths: READ_ONLY })).toStrictEqual(NOTHING);
});

test("a list that lacks something, or has more, was asked for", () => {
  expect(declared({ MaskedPaths: ["/proc/acpi"], ReadonlyPaths: [...READ_ONLY, "/proc/mine"] })).toEqual({
    maskedPaths: ["/proc/acpi"],
    readonlyPaths: [...READ_ONLY, "/proc/mine"],
  });
});

test("an empty list was asked for, unless the container is privileged", () => {
  const none = { MaskedPaths: [], ReadonlyPaths: [] };
  expect(declared(none)).toEqual({ maskedPaths: [], readonlyPaths: [] });
  expect(declared({ ...none, Privileged: true })).toStrictEqual(NOTHING);
});

test("an engine that does not say has been asked for nothing", () => {
  expect(declared({ MaskedPaths: null })).toStrictEqual(NOTHING);
});
