import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { type FakeEngine, startFakeEngine } from "../support/fake-engine";
import { type Host, startHost } from "../support/host";

const ID = "3f".repeat(32);
const TEXT = "half of it\n";
const HEADER = Buffer.from([1, 0, 0, 0, 0, 0, 0, 100]);

let engine: FakeEngine;
let host: Host;
/** What the engine sends of the command's output before it cuts the connection. */
let sent: Buffer;
/** What it then says of the command, one answer after the other. */
let states: object[];

beforeEach(async () => {
  engine = await startFakeEngine((request, response) => {
    const call = `${request.method} ${(request.url ?? "").split("?")[0]}`;
    if (call.endsWith("/start")) {
      response.writeHead(200, { "content-type": "application/vnd.docker.raw-stream", "api-version": "1.41" });
      response.write(sent, () => response.destroy());
      return;
    }
    const [status, body] = answer(call);
    response.writeHead(status, { "content-type": "application/json", "api-version": "1.41" });
    response.end(JSON.stringify(body));
  });
  host = await startHost({ engine: { url: engine.url } });
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

function answer(call: string): [status: number, body: unknown] {
  if (call.endsWith("/version")) return [200, { Version: "4.9", ApiVersion: "1.41", MinAPIVersion: "1.24" }];
  if (call.endsWith("/info")) return [200, { ID: "engine", Name: "host" }];
  if (call.endsWith("/exec")) return [201, { Id: "e1" }];
  if (call.endsWith("/exec/e1/json")) return [200, { ID: "e1", ...states.shift() }];
  return [404, { message: "No such container" }];
}

const up = () => host.stack.up("Exec", "run", { endpointId: 1, container: ID, command: ["migrate"] });

test.each([
  ["before its answer", Buffer.alloc(0)],
  ["in the middle of its output", Buffer.concat([HEADER, Buffer.from(TEXT)])],
])("a command whose connection is lost %s is waited for, not started again", async (_when, bytes) => {
  sent = bytes;
  states = [{ Running: true }, { Running: false, ExitCode: 0 }];
  await up();
  expect(host.stack.outputs("run")).toMatchObject({ exitCode: 0, stdout: "" });
  expect(engine.requests.filter(({ url }) => url.endsWith("/start"))).toHaveLength(1);
  await host.heard("run", /the connection was lost while the command ran: it ended well/);
});

test("its exit code counts all the same", async () => {
  sent = Buffer.alloc(0);
  states = [{ Running: false, ExitCode: 7 }];
  await expect(up()).rejects.toThrow(/"migrate" ended with exit code 7. The connection was lost/);
  expect(host.stack.has("run")).toBe(false);
});
