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
   * The node to run on, if the agent serves several nodes. A change replaces the resource. Portainer: header
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
   * The restart policy: `"no"`, `"always"`, `"unless-stopped"`, `"on-failure"` or `"on-failure:3"`. A change is made in
   * place. Docker: `HostConfig.RestartPolicy`. @default "no"
   */
  restart: z
    .string()
    .regex(
      /^(?:no|always|unless-stopped|on-failure(?::\d+)?)$/,
      'must be "no", "always", "unless-stopped", "on-failure" or "on-failure:<times>"',
    )
    .optional(),
  /**
   * The state to keep the container in. A container that has exited with code 0, and that nothing will start
   * again, counts as done and shows no difference. A change is made in place. @default "running"
   */
  desiredState: z.enum(["running", "stopped", "paused", "created"]).default("running"),
  /**
   * Let the engine remove the container when it exits. A roll-out then cannot go back, because the engine removes the
   * old container as soon as it stops. A change recreates the container. Docker: `HostConfig.AutoRemove`.
   * @default false
   */
  autoRemove: z.boolean().optional(),
  /**
   * When the resource is ready: `"started"`, `"healthy"` (its health check succeeds) or `"exited"` (it has exited with
   * code 0). `customTimeouts` sets the time limit. A change does nothing by itself. @default "started"
   */
  waitFor: z.enum(["started", "healthy", "exited"]).optional(),
  /**
   * How to make a change that needs a new engine container: `"rollout"` replaces the old container within the update
   * and goes back to it on failure, `"replace"` shows as a replacement in Pulumi and deletes the old container first,
   * `"never"` fails in the preview. @default "rollout"
   */
  replacement: z.enum(["rollout", "replace", "never"]).optional(),
  /**
   * What to do with an existing container of that name that Pulumi does not manage: `"matching"` adopts it if it
   * matches the program, `"replace"` adopts it and changes it to match. @default refuse
   */
  adopt: z.enum(["matching", "replace"]).optional(),
  /** Allow recreating the container even if it carries the connection to Portainer. @default false */
  force: z.boolean().optional(),
  /** Remove the container's anonymous volumes with it. Named volumes are never removed. @default false */
  removeVolumes: z.boolean().optional(),
  /** Arbitrary values; the container is recreated when one of them changes. */
  triggers: z.record(z.string(), z.string()).optional(),
};

/** `on-failure` and `on-failure:0` are the same policy, and so are `""` and `no`. */
export function restartPolicy(restart: string): { Name: string; MaximumRetryCount: number } {
  const [name = "no", count = "0"] = restart.split(":");
  return { Name: name === "" ? "no" : name, MaximumRetryCount: Number(count) };
}

export const runArguments = {
  restart: {
    change: "inPlace",
    normalize: restartPolicy,
    write: (restart, body) => put(body, ["HostConfig", "RestartPolicy"], restartPolicy(restart)),
    read: (container, desired) => {
      const policy = at(container, ["HostConfig", "RestartPolicy"]) as
        | { Name?: string; MaximumRetryCount?: number }
        | undefined;
      const name = policy?.Name || "no";
      if (desired === undefined && name === "no") return undefined;
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
