import { z } from "zod";
import { live, route } from "../route";

/** A command in a container, as the engine describes it: for some minutes after its end. */
export const ExecInspect = z.looseObject({
  ID: z.string(),
  Running: z.boolean(),
  /** None while it runs. */
  ExitCode: z.int().nullish(),
  ContainerID: z.string().optional(),
});
export type ExecInspect = z.infer<typeof ExecInspect>;

export const exec = {
  create: route({
    method: "POST",
    path: "/containers/:id/exec",
    access: "restricted",
    summary: "Prepare a command in a running container, without starting it",
    body: z.object({
      Cmd: z.array(z.string()),
      AttachStdout: z.boolean(),
      AttachStderr: z.boolean(),
      User: z.string().optional(),
      WorkingDir: z.string().optional(),
      Env: z.array(z.string()).optional(),
    }),
    response: z.looseObject({ Id: z.string() }),
    verified: live,
  }),
  start: route({
    method: "POST",
    path: "/exec/:id/start",
    access: "restricted",
    summary: "Start a prepared command, and read what it writes until it ends",
    body: z.object({ Detach: z.boolean(), Tty: z.boolean() }),
    bytes: true,
    pace: "endless",
    verified: live,
  }),
  inspect: route({
    method: "GET",
    path: "/exec/:id/json",
    access: "restricted",
    summary: "Show whether a command runs, and its exit code",
    response: ExecInspect,
    verified: live,
  }),
};
