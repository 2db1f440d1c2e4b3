import { z } from "zod";
import { field, filledIn } from "../argument";
import { modeOf } from "../fields";

export const namespaceFields = {
  /**
   * Whose processes it sees: `"host"`, or `"container:<name or id>"`, or the `Container`, with which it is then
   * recreated. A change recreates the container. Docker: `HostConfig.PidMode`. @default its own
   */
  pidMode: modeOf("host").optional(),
  /**
   * Whose shared memory it uses: `"none"`, `"private"`, `"shareable"`, `"host"`, or `"container:<name or id>"`, or the
   * `Container`, with which it is then recreated. A change recreates the container. Docker: `HostConfig.IpcMode`.
   * @default the engine's, `"private"`
   */
  ipcMode: modeOf("none", "private", "shareable", "host").optional(),
  /** `"host"` to have the host's own name. A change recreates the container. Docker: `HostConfig.UTSMode`. @default its own */
  utsMode: z
    .string()
    .regex(/^(?:host)?$/, 'must be "host", or left out')
    .optional(),
  /**
   * `"host"` to keep the engine's mapping of user ids from it. A change recreates the container. Docker:
   * `HostConfig.UsernsMode`. @default as the engine is set up
   */
  usernsMode: z.string().optional(),
  /**
   * `"private"` or `"host"`. A change recreates the container. Docker: `HostConfig.CgroupnsMode`, engines with API 1.41
   * or newer. @default the engine's
   */
  cgroupnsMode: z.enum(["private", "host"]).optional(),
  /** The control group above its own. A change recreates the container. Docker: `HostConfig.CgroupParent`. @default the engine's */
  cgroupParent: z.string().optional(),
  /**
   * How it is kept apart: `"default"`; `"process"` or `"hyperv"` on Windows. A change recreates the container. Docker:
   * `HostConfig.Isolation`. @default "default"
   */
  isolation: z.enum(["default", "process", "hyperv"]).optional(),
};

export const namespaceArguments = {
  pidMode: field<string>("HostConfig.PidMode", "rollout"),
  ipcMode: filledIn(field<string>("HostConfig.IpcMode", "rollout")),
  utsMode: field<string>("HostConfig.UTSMode", "rollout"),
  usernsMode: field<string>("HostConfig.UsernsMode", "rollout"),
  cgroupnsMode: {
    ...field<string>("HostConfig.CgroupnsMode", "rollout"),
    since: () => ({ cgroupnsMode: "1.41" }),
  },
  cgroupParent: field<string>("HostConfig.CgroupParent", "rollout"),
  // `default` is what an engine does that is told nothing.
  isolation: field<string>("HostConfig.Isolation", "rollout", (isolation) =>
    isolation === "default" ? "" : isolation,
  ),
};
