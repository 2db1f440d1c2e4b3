import { z } from "zod";
import { formFile } from "./common";
import { route, source } from "./route";

export const backups = {
  create: route({
    method: "POST",
    path: "/backup",
    access: "restricted",
    summary: "Download a backup of the server, encrypted if a password is given",
    body: z.object({ Password: z.string().optional() }),
    bytes: true,
    pace: "slow",
    verified: source,
  }),
  restore: route({
    method: "POST",
    path: "/restore",
    access: "public",
    summary: "Restore a backup on a server without an administrator",
    form: z.object({
      file: formFile("Invalid backup file. Ensure that the file is uploaded correctly"),
      password: z.string().optional(),
    }),
    largest: 256 * 1024 * 1024,
    fails: {
      403: "The setup token is missing or wrong.",
      500: "The file is no backup, or the password is not its own.",
    },
    pace: "slow",
    verified: source,
  }),
};
