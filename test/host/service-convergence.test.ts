import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { type Host, startHost } from "../support/host";
import { type SwarmModel, startSwarmModel } from "../support/swarm-model";

// What a swarm shows for a moment only, and so cannot be tested with a real one.
let engine: SwarmModel;
let host: Host;

beforeAll(async () => {
  engine = await startSwarmModel();
  host = await startHost({ engine: { url: engine.url } });
});
beforeEach(async () => {
  host.stack.forget();
  engine.reset();
  await engine.ask("POST", "/swarm/init", { Spec: {} });
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

const web = { endpointId: 1, name: "web", image: "nginx:1.27", restartPolicy: { condition: "none" } };
const up = (more: object = {}) => host.stack.up("Service", "it", { ...web, ...more });

/** The service's one task as it is, and the same with an end. */
async function tasks() {
  const [task] = await engine.ask<object[]>("GET", "/tasks");
  const Status = { State: "failed", Err: "no such program" };
  return { running: { ...task }, failed: { ...task, ID: "failed", DesiredState: "shutdown", Status } };
}

test("a task that failed before an update does not fail the update", async () => {
  await up({ command: ["no-such-program"] });
  const { failed } = await tasks();
  engine.showTasks([failed], [failed]);
  expect(await up({ command: ["sleep", "1000"] })).toBe("update");
});

test("tasks that failed once do not fail the change of a label while the service runs", async () => {
  await up();
  const { failed, running } = await tasks();
  engine.showTasks([failed, running], [failed, running]);
  expect(await up({ labels: { a: "1" } })).toBe("update");
});

test("a task that fails with the new specification fails the update", async () => {
  await up();
  const command = ["no-such-program"];
  const { failed } = await tasks();
  const { Spec } = failed as unknown as { Spec: { ContainerSpec: object } };
  const ContainerSpec = { ...Spec.ContainerSpec, Args: command };
  engine.showTasks([{ ...failed, Spec: { ...Spec, ContainerSpec } }]);
  await expect(up({ command })).rejects.toThrow(/the tasks of the service "web" fail: no such program/);
});
