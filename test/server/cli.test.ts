import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { serve } from "../../cli/serve";
import { readFlags } from "../../cli/serve-flags";

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
  [["--http-disabled", "--http-enabled"], /Give --http-enabled or --http-disabled, not both/],
  [["--sslcert", "/none", "--sslkey", "/none"], /--sslcert \/none: ENOENT/],
  [["--ssl", "--bind-https", "nonsense"], /--bind-https nonsense: expected host:port or :port/],
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

test("takes from the environment what no flag says", () => {
  const environment = {
    PORTAINER_BIND_HTTPS: ":1",
    PORTAINER_DATA: "/env",
    PORTAINER_SSL: "true",
    PORTAINER_TLSVERIFY: "0",
  };
  const flags = readFlags(["--data", "/flag"], environment);
  expect(flags).toMatchObject({
    bind: ":9000",
    "bind-https": ":1",
    data: "/flag",
    ssl: true,
    tlsverify: false,
  });
});

test("refuses a switch in the environment that is neither on nor off", () => {
  expect(() => readFlags([], { PORTAINER_SSL: "maybe" })).toThrow(
    "PORTAINER_SSL=maybe: expected true or false.",
  );
});
