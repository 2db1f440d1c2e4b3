import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { engineAt, valueAt } from "../../support/engine-api";
import { type Host, startHost } from "../../support/host";
import { ownEngineOrSkip, testImage } from "../../support/needs";
import { type OwnEngine, startOwnEngine } from "../../support/own-engine";
import { anyProgram } from "./programs";

/** How many programs are tried at once, `ANY_PROGRAM_RUNS=200`; and which ones, by the seed that a failure names. */
const { ANY_PROGRAM_RUNS = "15", ANY_PROGRAM_SEED } = process.env;

const count = Number(ANY_PROGRAM_RUNS);
const base = { endpointId: 1, image: testImage, command: ["sleep", "1000"], stopSignal: "SIGKILL" };

let engine: OwnEngine;
let host: Host;
ownEngineOrSkip()("when the engine is restarted", () => {
  describe.each([
    ["an engine", []],
    ["§9.3 an engine with defaults of its own", ["--daemon-defaults"]],
  ])("%s", (_title, args) => {
    beforeAll(async () => {
      engine = await startOwnEngine(args);
      host = await startHost({ engine: { url: engine.url } });
    }, 120_000);
    afterAll(async () => {
      // An engine that ends leaves the bridges of its networks behind.
      for (const network of ["one", "two"]) await ask("DELETE", `/networks/${network}`);
      await host[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    }, 120_000);

    const hasDefaults = args.length > 0;
    const ask: ReturnType<typeof engineAt> = (...call) =>
      engineAt(engine.url.replace("unix://", ""))(...call);

    /** What a preview shows of each resource, after it was read again. */
    async function shown(programs: Readonly<Record<string, object>>): Promise<Record<string, string>> {
      const steps: Record<string, string> = {};
      for (const [name, inputs] of Object.entries(programs)) {
        expect(await host.stack.refresh(name)).toBe(true);
        steps[name] = await host.stack.preview("Container", name, { ...inputs });
      }
      return steps;
    }

    const all = (step: string, programs: object) =>
      Object.fromEntries(Object.keys(programs).map((name) => [name, step]));

    async function upAll(programs: Readonly<Record<string, object>>): Promise<void> {
      for (const [name, inputs] of Object.entries(programs))
        await host.stack.up("Container", name, { ...inputs });
    }

    async function destroyAll(programs: object): Promise<void> {
      for (const name of Object.keys(programs)) await host.stack.destroy(name);
    }

    test(
      "§9.1 any program finds nothing to change, before and after",
      async () => {
        const programs = fc.array(anyProgram, { minLength: count, maxLength: count, size: "max" });
        await fc.assert(
          fc.asyncProperty(programs, async (list) => {
            const programs = Object.fromEntries(
              list.map((inputs, index) => [
                `any-${index}`,
                { ...base, ...inputs, name: `any-${index}`, desiredState: "created" },
              ]),
            );
            await upAll(programs);
            expect(await shown(programs)).toEqual(all("same", programs));
            await engine.restart();
            expect(await shown(programs)).toEqual(all("same", programs));
            await destroyAll(programs);
          }),
          {
            numRuns: 1,
            endOnFailure: true,
            ...(ANY_PROGRAM_SEED && { seed: Number(ANY_PROGRAM_SEED) }),
          },
        );
      },
      120_000 + count * 5_000,
    );

    test("§9.2 those that it starts again find nothing to change, on two networks and with ports and limits", async () => {
      await ask("POST", "/networks/create", {
        Name: "one",
        IPAM: { Config: [{ Subnet: "10.213.31.0/24" }] },
      });
      await ask("POST", "/networks/create", { Name: "two" });
      const inputs = { ...base, restart: "always" };
      const programs = {
        networks: {
          ...inputs,
          name: "networks",
          networks: [{ network: "one", ipv4Address: "10.213.31.9", aliases: ["web"] }, "two"],
        },
        ports: {
          ...inputs,
          name: "ports",
          ports: [{ containerPort: 80, hostIp: "127.0.0.1" }],
          ulimits: { nofile: 512 },
          logging: { options: { "max-size": "1m" } },
        },
        volumes: {
          ...inputs,
          name: "volumes",
          volumes: [{ target: "/data" }, "data:/named:ro"],
          tmpfs: { "/t": "" },
        },
        plain: { ...inputs, name: "plain" },
      };
      await upAll(programs);
      expect(await shown(programs)).toEqual(all("same", programs));
      const plain = (await ask("GET", "/containers/plain/json")).body;
      expect(Object.keys(valueAt(plain, "HostConfig.LogConfig.Config") ?? {}).sort()).toEqual(
        hasDefaults ? ["max-file", "max-size"] : [],
      );
      await engine.restart();
      expect(await shown(programs)).toEqual(all("same", programs));
      for (const name of Object.keys(programs)) expect(host.stack.outputs(name)["status"]).toBe("running");
      await destroyAll(programs);
    }, 120_000);

    test("those that it leaves stopped are started by the next up, and stay the same containers", async () => {
      const programs = { web: { ...base, name: "web" } };
      await upAll(programs);
      const { containerId } = host.stack.outputs("web");
      await engine.restart();
      expect(await shown(programs)).toEqual({ web: "update" });
      await upAll(programs);
      expect(host.stack.outputs("web")).toMatchObject({ containerId, status: "running" });
      expect(await shown(programs)).toEqual({ web: "same" });
      await destroyAll(programs);
    }, 120_000);
  });
});
