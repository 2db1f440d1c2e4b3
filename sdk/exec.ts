import type * as pulumi from "@pulumi/pulumi";
import type { ExecInputs, ExecOutputs, exec } from "../provider/docker/exec";
import { Container } from "./container";
import type { ArgsOf } from "./define";
import { allOf } from "./properties";
import { PortainerResource } from "./resource";
import type { Outputs } from "./types";

type Plain = ArgsOf<typeof exec>;

export interface ExecArgs extends Omit<Plain, "container" | "secretOutput"> {
  container: pulumi.Input<string> | Container;
  secretOutput?: boolean;
}

export interface Exec extends Outputs<ExecInputs>, Outputs<ExecOutputs> {}

const PROPERTIES = allOf<Required<ExecInputs> & ExecOutputs>()(
  "endpointId",
  "nodeName",
  "container",
  "command",
  "user",
  "workingDirectory",
  "env",
  "triggers",
  "exitCodes",
  "whenRecreated",
  "onDelete",
  "secretOutput",
  "stdout",
  "stderr",
  "exitCode",
  "containerId",
  "engineId",
  "instanceId",
);

/**
 * A command in a running container. It runs when the resource is created, and again when the command, its user, working
 * directory or environment, a trigger or the container changes. An exit code that is not expected fails the `up` with the
 * last lines of the output, and the next `up` runs the command again. Destroying the resource runs `onDelete`, if there
 * is one. The time limits of `customTimeouts` apply; an engine does not end a command that is no longer waited for.
 *
 * @example
 * ```ts
 * const db = new portainer.Container("db", { endpointId: 1, image: "postgres:17" });
 * const schema = new portainer.Exec("schema", {
 *   container: db,
 *   command: ["psql", "-U", "postgres", "-c", "CREATE TABLE IF NOT EXISTS visits (at timestamptz)"],
 *   whenRecreated: "keep",
 * });
 * export const said = schema.stdout;
 * ```
 */
export class Exec extends PortainerResource {
  constructor(name: string, args: ExecArgs, options: pulumi.CustomResourceOptions = {}) {
    const secretOutputs = args.secretOutput ? ["stdout", "stderr"] : [];
    super({ type: "Exec", properties: PROPERTIES, secretOutputs }, name, byContainerId(args), options);
  }
}

/** A Container stands for its id, which changes when it is recreated, and for the environment that it is on. */
function byContainerId({ container, ...args }: ExecArgs): object {
  if (!(container instanceof Container)) return { container, ...args };
  const { endpointId = container.endpointId, nodeName = container.nodeName } = args;
  return { ...args, endpointId, nodeName, container: container.containerId };
}
