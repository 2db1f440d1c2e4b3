import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { expect, it } from "@jest/globals";
import { startServer } from "../../server";
import { PASSWORD } from "../support/host";

const BIN = resolve(__dirname, "../../dist/cli/bin.js");

interface Ended {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command with nothing of the environment but these variables. */
const doctor = (env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> =>
  new Promise((done) => {
    const options = { env: { PATH: process.env["PATH"], ...env } };
    execFile(process.execPath, [BIN, "doctor", ...args], options, (error, stdout, stderr) =>
      done({ code: error?.code ?? 0, stdout, stderr }),
    );
  });

it("ends as monitoring plugins do, with the reason in the first line or as JSON", async () => {
  await using server = await startServer({ admin: { password: PASSWORD } });

  const well = await doctor(server.env);
  expect(well).toMatchObject({ code: 0, stderr: "" });
  expect(well.stdout).toMatch(/^OK: 0 of 0 environments reachable at http/);

  const strange = await doctor({ PORTAINER_URL: server.url, PORTAINER_API_KEY: "ptr_unknown" }, "--json");
  expect(strange.code).toBe(2);
  expect(JSON.parse(strange.stdout)).toMatchObject({ url: server.url, status: "critical", identity: null });

  const anonymous = await doctor({}, "--url", server.url);
  expect(anonymous.code).toBe(3);
  expect(anonymous.stdout).toMatch(/^UNKNOWN: 1 unknown, /);
});

it("is unknown to monitoring where the command line or its settings cannot be used", async () => {
  for (const [args, message] of [
    [["--nonsense"], "See pulumi-portainer doctor --help."],
    [["--timeout", "soon"], "--timeout soon: expected a whole number."],
    [[], "no Portainer url"],
  ] as const) {
    const ended = await doctor({}, ...args);
    expect(ended).toMatchObject({ code: 3, stdout: "" });
    expect(ended.stderr).toContain(message);
  }
});
