import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { onEngine } from "../../support/container-host";
import { engineApi, inspect, sweep } from "../../support/engine-api";
import { CheckError } from "../../support/mini-stack";
import { anyProgram } from "./programs";

/** How many programs are tried, `ANY_PROGRAM_RUNS=200`; and which ones, by the seed that a failure names. */
const { ANY_PROGRAM_RUNS = "15", ANY_PROGRAM_SEED } = process.env;

onEngine("§9.1 any program", (host) => {
  test(
    "finds nothing to change in the container that it has made, and no engine comes to grief when that is started",
    async () => {
      const { stack, base } = host;
      const shows = (args: object) => stack.preview("Container", "web", { ...base, ...args });
      await fc.assert(
        fc
          .asyncProperty(anyProgram, async (inputs) => {
            const args = { ...inputs, desiredState: "created" };
            try {
              await stack.up("Container", "web", { ...base, ...args });
            } catch (error) {
              fc.pre(!(error instanceof CheckError));
              throw error;
            }
            expect(await shows(args)).toBe("same");
            expect(await stack.refresh("web")).toBe(true);
            expect(await shows(args)).toBe("same");
            // It may not start, for want of such a program or device; what must not be is an engine that does not answer.
            const { status } = await engineApi("POST", `/containers/${base.name}/start`);
            expect([204, 400, 404, 409, 500]).toContain(status);
            await stack.destroy("web");
            expect((await engineApi("GET", "/_ping")).status).toBe(200);
            expect(await inspect(base.name)).toBeUndefined();
          })
          .afterEach(async () => {
            stack.forget();
            await sweep(host.prefix);
          }),
        {
          numRuns: Number(ANY_PROGRAM_RUNS),
          ...(ANY_PROGRAM_SEED && { seed: Number(ANY_PROGRAM_SEED) }),
        },
      );
    },
    60_000 + Number(ANY_PROGRAM_RUNS) * 5_000,
  );
});
