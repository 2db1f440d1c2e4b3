import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { serve } from "../../cli/serve";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cli-"));
  await writeFile(join(folder, "password"), "correct-horse-9\n");
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  [["--bnd", ":9000"], /Unknown option '--bnd'/],
  [["--bind", "nonsense"], /--bind nonsense: expected host:port or :port/],
  [["--bind", ":70000"], /--bind :70000/],
  [["--sslcert", "a.pem"], /--sslcert and --sslkey go together/],
  [["--http-disabled"], /--http-disabled needs --sslcert and --sslkey/],
  [
    ["--admin-password", "plain"],
    /--admin-password takes a bcrypt hash; a password goes into --admin-password-file/,
  ],
  [["--admin-password-file", "/none"], /--admin-password-file \/none: ENOENT/],
  [["--admin-init-timeout", "soon"], /--admin-init-timeout soon: expected a duration such as 5m/],
  [["--log-level", "loud"], /--log-level loud: expected one of debug, info, warn, error/],
  [["--tlsverify", "--host", "tcp://x", "--tlscacert", "/none"], /--tlscacert \/none: ENOENT/],
  [["extra"], /Unexpected argument 'extra'/],
])("refuses %j in one sentence", async (args, message) => {
  await expect(serve(args)).rejects.toThrow(message);
});
