import { z } from "zod";
import { filledIn, IdSchema, idNumber } from "../../../core/schema";
import { type Argument, at, field, put, setting } from "./argument";

export const identityFields = {
  /**
   * The environment to run on: its id, or the `Endpoint`. A change replaces the resource.
   * @default the provider's `endpointId`
   */
  endpointId: filledIn(IdSchema),
  /** The container's name. A change renames it in place. @default the resource's name */
  name: filledIn(
    z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, {
      error: ({ input }) =>
        `${JSON.stringify(input)} is not a container name: at least two letters, digits, "_", "." or "-", beginning with a letter or digit`,
    }),
  ),
  /**
   * The node to run on, where an agent leads to several. A change replaces the resource. Portainer: header
   * `X-PortainerAgent-Target` of every request for this container. @default the one that the agent picks
   */
  nodeName: z.string().min(1, "the node's name is empty").optional(),
};

export const identityArguments = {
  endpointId: { change: "rollout", normalize: idNumber } satisfies Argument<number | string>,
  name: {
    change: "inPlace",
    read: (container) => container.Name.replace(/^\//, ""),
  } satisfies Argument<string>,
  nodeName: { change: "rollout" } satisfies Argument<string>,
};

export const runFields = {
  /**
   * When the engine starts it again: `"no"`, `"always"`, `"unless-stopped"`, `"on-failure"` or `"on-failure:3"`. A
   * change is made in place. Docker: `HostConfig.RestartPolicy`. @default "no"
   */
  restart: z
    .string()
    .regex(
      /^(?:no|always|unless-stopped|on-failure(?::\d+)?)$/,
      'must be "no", "always", "unless-stopped", "on-failure" or "on-failure:<times>"',
    )
    .optional(),
  /**
   * The state to keep it in. A container that has ended with exit code 0, and is not to be restarted, is done and
   * not a difference. A change is made in place. @default "running"
   */
  desiredState: z.enum(["running", "stopped", "paused", "created"]).default("running"),
  /**
   * Remove it when it ends. A roll-out then has no way back, since the old container is gone when it has stopped. A
   * change recreates the container. Docker: `HostConfig.AutoRemove`. @default false
   */
  autoRemove: z.boolean().optional(),
  /**
   * When the resource is ready: `"started"`, `"healthy"` (its health check says so) or `"exited"` (it has ended with
   * exit code 0). The time limit is that of `customTimeouts`. A change does nothing by itself. @default "started"
   */
  waitFor: z.enum(["started", "healthy", "exited"]).optional(),
  /**
   * What a change does that needs a new engine container: `"rollout"` puts the new one in the old one's place inside
   * the update and goes back if it fails, `"replace"` shows as a replacement in Pulumi and deletes first, `"never"`
   * refuses in the preview. @default "rollout"
   */
  replacement: z.enum(["rollout", "replace", "never"]).optional(),
  /**
   * What to do with a container of that name that Pulumi does not know: `"matching"` takes it if it is as wished,
   * `"replace"` makes it so. @default refuse
   */
  adopt: z.enum(["matching", "replace"]).optional(),
  /** Recreate it even if it carries the connection to Portainer itself. @default false */
  force: z.boolean().optional(),
  /** Remove its anonymous volumes with it. Named volumes are never removed. @default false */
  removeVolumes: z.boolean().optional(),
  /** Any values; the container is recreated when one of them changes. */
  triggers: z.record(z.string(), z.string()).optional(),
};

/** `on-failure` and `on-failure:0` are one policy, and so are none and `no`. */
export function restartPolicy(restart: string): { Name: string; MaximumRetryCount: number } {
  const [name = "no", count = "0"] = restart.split(":");
  return { Name: name === "" ? "no" : name, MaximumRetryCount: Number(count) };
}

export const runArguments = {
  restart: {
    change: "inPlace",
    normalize: restartPolicy,
    write: (restart, body) => put(body, ["HostConfig", "RestartPolicy"], restartPolicy(restart)),
    read: (container, wished) => {
      const policy = at(container, ["HostConfig", "RestartPolicy"]) as
        | { Name?: string; MaximumRetryCount?: number }
        | undefined;
      const name = policy?.Name || "no";
      if (wished === undefined && name === "no") return undefined;
      return policy?.MaximumRetryCount ? `${name}:${policy.MaximumRetryCount}` : name;
    },
  } satisfies Argument<string>,
  desiredState: { change: "inPlace" } satisfies Argument<string>,
  autoRemove: field<boolean>("HostConfig.AutoRemove", "rollout"),
  waitFor: setting,
  replacement: setting,
  adopt: setting,
  force: setting,
  removeVolumes: setting,
  triggers: { change: "rollout" } satisfies Argument<Record<string, string>>,
};
