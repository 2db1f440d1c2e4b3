import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { engineApi, inspect, namesLike, sweep } from "../support/engine-api";
import { freePort } from "../support/free-port";
import { PASSWORD } from "../support/host";
import { engineUrl, testImage } from "../support/needs";
import {
  example,
  must,
  openStack,
  otherImage,
  program,
  type Stack,
  stackOrSkip,
  unique,
} from "../support/stack";

const NEW_PASSWORD = "another-horse-10";

stackOrSkip()("the bootstrap program", () => {
  const name = unique("web");
  let server: RunningServer;
  let stack: Stack;
  let containerId: string;

  beforeAll(async () => {
    server = await startServer();
    stack = await openStack(example("bootstrap"), {
      config: {
        "portainer:url": server.url,
        engine: engineUrl,
        image: testImage,
        name,
        hostPort: String(await freePort()),
      },
      secrets: { password: PASSWORD },
    });
    must(await stack.up());
    containerId = String((await stack.outputs())["containerId"]);
  });

  afterAll(async () => {
    await sweep(name);
    await server.stop();
    await stack[Symbol.asyncDispose]();
  });

  it("keeps its password and its key out of the state, in clear", async () => {
    const { outputs: settings } = (await stack.state()).resource("ci") ?? {};
    expect(JSON.stringify(settings)).toContain("ciphertext");
    const text = await stack.stateFile();
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toMatch(/ptr_[\w+/=]{20}/);
    expect(text).not.toMatch(/eyJ[\w-]+\.[\w-]+\./);
    expect(text).not.toContain("-----BEGIN");
  });

  it("keeps a container in at most 1.5 kB of state", async () => {
    const { resource } = await stack.state();
    const { inputs, outputs: all, urn = "" } = resource("web") ?? {};
    // Other tests push the same image to registries of their own.
    const { repoDigest: _pushed, ...outputs } = all ?? {};
    const [, , stackName = ""] = urn.split(":");
    const asInReadme = JSON.stringify({ inputs, outputs })
      .replaceAll(name, "web")
      .replaceAll(`:${stackName}:`, ":dev:");
    process.stdout.write(`inputs and outputs of the container: ${asInReadme.length} bytes of compact JSON\n`);
    expect(asInReadme.length).toBeLessThanOrEqual(1_500);
  });

  it("shows a container that was stopped by hand, and starts the same one again", async () => {
    await engineApi("POST", `/containers/${name}/stop?t=0`);
    const refreshed = must(await stack.refresh());
    expect(refreshed.changes).toMatchObject({ update: 1 });
    expect((await stack.state()).resource("web")?.inputs).toMatchObject({ desiredState: "stopped" });
    const { changes } = must(await stack.up());
    expect(changes).toMatchObject({ update: 1 });
    expect(await inspect(name)).toMatchObject({ Id: containerId, State: { Running: true } });
  });

  it("creates a container anew that was removed by hand", async () => {
    await engineApi("DELETE", `/containers/${name}?force=1`);
    expect(must(await stack.refresh()).changes).toMatchObject({ delete: 1 });
    expect(must(await stack.up()).changes).toMatchObject({ create: 1 });
    const found = await inspect(name);
    expect(found?.State.Running).toBe(true);
    expect(found?.Id).not.toBe(containerId);
  });

  it("says in the preview why the container is recreated", async () => {
    const before = server.requests().length;
    await stack.setConfig({ image: otherImage });
    const { changes, diagnostics } = must(await stack.preview());
    expect(changes).toMatchObject({ update: 1 });
    expect(diagnostics).toContainEqual(
      "web: info: the container is recreated by a roll-out, because of: image.",
    );
    expect(server.requests().slice(before)).toEqual([]);
    await stack.setConfig({ image: testImage });
  });

  it("changes nothing downstream when the administrator's password is rotated", async () => {
    await stack.setConfig({}, { password: NEW_PASSWORD });
    const changed = ({ steps }: Awaited<ReturnType<Stack["preview"]>>) =>
      steps
        // Pulumi keeps the whole config of the stack in its default provider, which nothing here uses.
        .filter(({ op, name: resource }) => op !== "same" && resource !== "default")
        .map((step) => `${step.op} ${step.name}`);
    expect(changed(must(await stack.preview()))).toEqual(["update admin", "update owner"]);
    expect(changed(must(await stack.up()))).toEqual(["update admin", "update owner"]);
    expect(Object.keys(must(await stack.refresh()).changes)).toEqual(["same"]);
    expect(await stack.stateFile()).not.toContain(NEW_PASSWORD);
  });

  it("is destroyed although the password was rotated", async () => {
    must(await stack.destroy());
    expect(await namesLike(name)).toEqual([]);
  });
});

stackOrSkip()("the component Bootstrap", () => {
  it("goes on where an environment could not be reached, and keeps its key secret", async () => {
    await using server = await startServer();
    const source = (url: string) => `
      const office = new portainer.Bootstrap("office", {
        url: "${server.url}", password: config.requireSecret("password"), endpoints: { local: { url: "${url}", startupTimeout: 3 } },
      });
      exports.apiKey = office.apiKey;
    `;
    const running = await program(source("tcp://127.0.0.1:1"));
    await using stack = await openStack(running, { secrets: { password: PASSWORD } });
    const failed = await stack.up();
    expect(failed.code).not.toBe(0);
    expect(failed.diagnostics.join("\n")).toMatch(/office-local: error: /);

    await running.write(source(engineUrl));
    const { changes } = must(await stack.up());
    expect(changes).toEqual({ same: expect.any(Number), create: 1 });
    const { resources } = await stack.state();
    const component = resources.find(({ type }) => type === "portainer:index:Bootstrap");
    expect(component?.outputs).toMatchObject({ endpointIds: { local: expect.any(Number) } });
    expect(await stack.stateFile()).not.toMatch(/ptr_[\w+/=]{20}/);
    must(await stack.destroy());
  });
});
