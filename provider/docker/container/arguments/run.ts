import { z } from "zod";
import type { ContainerInspect } from "../../../../contract";
import type { DesiredState } from "../calls";
import { at, put } from "../wire";
import { type Argument, field, setting } from "./argument";

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
  /**
   * Skip the check before a roll-out that the connection to Portainer does not go through this container: that it is not
   * Portainer itself or its agent, and does not publish the port of the provider's `url`. Set it only if the connection
   * goes another way: the roll-out stops the container, and could not go on or back without it. @default false
   */
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

type DesiredLife = Readonly<
  Pick<z.output<z.ZodObject<typeof runFields>>, "desiredState" | "restart" | "waitFor">
>;

/**
 * The actual state, as a value of `desiredState`. A container that ended well and is not to be restarted has done its
 * work: it counts as running.
 */
export function stateOf({ State }: ContainerInspect, desired: Partial<DesiredLife>): DesiredState {
  if (State.Paused) return "paused";
  if (State.Running || State.Restarting) return "running";
  if (
    desired.desiredState === "created" ||
    (desired.desiredState === "stopped" && State.Status === "created")
  ) {
    return desired.desiredState;
  }
  if (desired.desiredState === "running" && State.Status === "exited" && isDone(State.ExitCode, desired)) {
    return "running";
  }
  return State.Status === "created" ? "created" : "stopped";
}

function isDone(exitCode: number, { restart = "no", waitFor }: Partial<DesiredLife>): boolean {
  const endsForGood = ["no", "on-failure"].includes(restartPolicy(restart).Name);
  return exitCode === 0 && (endsForGood || waitFor === "exited");
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
    update: (restart = "no", body) => put(body, ["RestartPolicy"], restartPolicy(restart)),
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
