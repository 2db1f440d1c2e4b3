import { describe, expect, test } from "@jest/globals";
import { keysAt } from "../../../../provider/core/schema";
import { validate } from "../../../../provider/core/validate";
import { ContainerSchema } from "../../../../provider/docker/container/arguments";
import { misnomers } from "../../../../provider/docker/container/misnomers";

const base = { endpointId: 1, name: "web", image: "nginx", desiredState: "running" };
const said = (inputs: object) =>
  validate(ContainerSchema, { ...base, ...inputs }, misnomers).map(({ reason }) => reason);

describe("another tool's word for an argument of a container", () => {
  test.each(Object.entries(misnomers))("%s leads to %s, which there is", (word, argument) => {
    const path = word.split(".").slice(0, -1);
    const items = path.flatMap((step) => [step, 0]);
    const known = [...keysAt(ContainerSchema, path), ...keysAt(ContainerSchema, items)];
    expect(known).toContain(argument);
    expect(known).not.toContain(word.split(".").at(-1));
  });

  test.each([
    ["environment", "env"],
    ["Env", "env"],
    ["envs", "env"],
    ["mustRun", "desiredState"],
    ["networksAdvanced", "networks"],
    ["oom_kill_disable", "oomKillDisable"],
    ["shm_size", "shmSize"],
    ["SecurityOpt", "securityOpt"],
    ["BlkioDeviceReadBps", "deviceReadBps"],
    ["UsernsMode", "usernsMode"],
    ["mem_swappiness", "memorySwappiness"],
    ["log_driver", "logging"],
    ["cpu_rt_runtime", "cpuRealtimeRuntime"],
  ])("%s: did you mean `%s`?", (word, argument) => {
    expect(said({ [word]: "x" })).toEqual([`unknown property \`${word}\`; did you mean \`${argument}\`?`]);
  });

  test("is known inside an argument too", () => {
    expect(said({ ports: [{ internal: 80, external: 8080 }] }).join("\n")).toMatch(
      /did you mean `containerPort`\?[\s\S]*did you mean `hostPort`\?/,
    );
  });
});
