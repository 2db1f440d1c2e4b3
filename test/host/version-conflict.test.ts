import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Host, startHost } from "../support/host";
import { type SwarmModel, startSwarmModel } from "../support/swarm-model";

// A swarm takes a change only together with the version that the object has.
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

interface Shown {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: { readonly Labels?: object };
  readonly JoinTokens?: object;
}

const FILE = { name: "db", data: "one", labels: { a: "1" } };

describe.each([
  {
    type: "Service",
    path: "/services",
    inputs: { name: "web", image: "nginx:1.27", labels: { a: "1" }, waitForConvergence: false },
  },
  { type: "Node", path: "/nodes", inputs: { name: "node-1", labels: { a: "1" } } },
  { type: "Secret", path: "/secrets", inputs: FILE },
  { type: "Config", path: "/configs", inputs: FILE },
  { type: "Swarm", path: "/swarm", inputs: { adopt: "replace", labels: { a: "1" }, rotateJoinTokens: 1 } },
])("a $type", ({ type, path, inputs }) => {
  const shown = async () => {
    const answer = await engine.ask<Shown | Shown[]>("GET", path);
    return (Array.isArray(answer) ? answer[0] : answer) as Shown;
  };
  /** Somebody else gives it another label. */
  const changeByHand = async () => {
    const { ID, Version, Spec } = await shown();
    const object = type === "Swarm" ? path : `${path}/${ID}`;
    const Labels = { ...Spec.Labels, theirs: String(Version.Index) };
    await engine.ask("POST", `${object}/update?version=${Version.Index}`, { ...Spec, Labels });
  };
  const update = type === "Swarm" ? /^POST \/swarm\/update$/ : new RegExp(`^POST ${path}/[^/]+/update$`);
  const change = { ...inputs, labels: { a: "2" } };
  const up = (program: object) => host.stack.up(type, "it", { endpointId: 1, ...program });
  const updates = (since: number) =>
    host.server
      .requests()
      .slice(since)
      .filter(({ method, path }) => method === "POST" && path.endsWith("/update")).length;
  /** A swarm and a service take all labels from the program: there the other's label is drift. */
  const keepsOthers = type === "Node";

  test("that somebody else changes between the look and the write is looked at again", async () => {
    await up(inputs);
    engine.before(update, changeByHand);
    const since = host.server.requests().length;
    expect(await up(change)).toBe("update");
    expect(updates(since)).toBe(2);
    const { Labels } = (await shown()).Spec;
    expect(Labels).toMatchObject({ a: "2", ...(keepsOthers && { theirs: expect.any(String) }) });
  });

  test("that somebody else changes all the time is an error at last, and the next `up` puts it right", async () => {
    await up(inputs);
    for (let count = 0; count < 5; count += 1) engine.before(update, changeByHand);
    await expect(up(change)).rejects.toThrow(/update out of sequence/);
    expect(await up(change)).toBe("update");
    expect((await shown()).Spec.Labels).toMatchObject({ a: "2" });
  });

  test("is changed once when the answer to its change is lost", async () => {
    await up(inputs);
    const { Version, JoinTokens } = await shown();
    host.server.fail({ method: "POST", path: /\/update$/, times: 1, with: "reset-after" });
    const news = type === "Swarm" ? { ...change, rotateJoinTokens: 2 } : change;
    expect(await up(news)).toBe("update");
    const now = await shown();
    expect(now.Spec.Labels).toMatchObject({ a: "2" });
    expect(now.Version.Index).toBeLessThanOrEqual(Version.Index + 2);
    if (type === "Swarm") {
      expect(now.JoinTokens).not.toEqual(JoinTokens);
      expect(host.stack.outputs("it")["workerToken"]).toBe((now.JoinTokens as { Worker: string }).Worker);
    }
    expect(await host.stack.refresh("it")).toBe(true);
    expect(await up(news)).toBe("same");
  });
});
