import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { engineApi, inspect, sweep } from "../support/engine-api";
import { PASSWORD } from "../support/host";
import {
  type Installed,
  installPlugin,
  installPythonSdk,
  pythonOrSkip,
  pythonProgram,
  yamlOrSkip,
  yamlProgram,
} from "../support/languages";
import { engineUrl, testImage } from "../support/needs";
import { must, openStack, program, unique } from "../support/stack";

/** A program in YAML with a container that does nothing. */
const sleeper = (name: string, more = ""): string => `resources:
  web:
    type: portainer:Container
    properties:
      endpointId: 1
      name: ${name}
      image: ${testImage}
      command: [sleep, "1000"]
      stopSignal: SIGKILL
${more}`;

/** Runs a container as somebody without Pulumi does, and returns its id. */
async function runByHand(name: string): Promise<string> {
  const { body } = await engineApi("POST", `/containers/create?name=${name}`, {
    Image: testImage,
    Cmd: ["sleep", "1000"],
    Env: ["MODE=test"],
    Labels: { team: "ops" },
    StopSignal: "SIGKILL",
    HostConfig: { Memory: 64 * 1024 ** 2, RestartPolicy: { Name: "unless-stopped" } },
  });
  await engineApi("POST", `/containers/${name}/start`);
  return body["Id"] ?? "";
}

yamlOrSkip()("a program in YAML", () => {
  const name = unique("web");
  let server: RunningServer;
  let plugin: Installed;

  beforeAll(async () => {
    server = await startServer({ admin: { password: PASSWORD }, engine: { url: engineUrl } });
    plugin = await installPlugin();
  });

  afterAll(async () => {
    await sweep(name);
    await plugin[Symbol.asyncDispose]();
    await server.stop();
  });

  const open = async (source: string) =>
    await openStack(await yamlProgram(source), {
      ...plugin.options,
      config: { "portainer:url": server.url },
      secrets: { "portainer:apiKey": server.apiKey ?? "" },
    });

  it("of the README previews all that it declares", async () => {
    const readme = await readFile(join(__dirname, "../../README.md"), "utf8");
    const [, source = ""] = /^```yaml\nname: bootstrap\nruntime: yaml\n(.*?)^```/ms.exec(readme) ?? [];
    await using stack = await openStack(await yamlProgram(source), {
      ...plugin.options,
      secrets: { password: PASSWORD },
    });
    expect(must(await stack.preview()).changes).toEqual({ create: 7 });
  });

  it("imports a container that was made by hand with Pulumi's own command, whose program then changes nothing", async () => {
    const own = `${name}-by-hand`;
    const containerId = await runByHand(own);
    await using stack = await open("outputs: {}\n");
    const generated = join(plugin.folder, "imported.yaml");
    const what = ["portainer:index:Container", "web", `1/${own}`, "--out", generated];
    must(await stack.run(["import", ...what, "--yes", "--skip-preview", "--protect=false"]));

    const { id, inputs } = (await stack.state()).resource("web") ?? {};
    expect(id).toBe(`1/${own}`);
    expect(Object.keys(inputs ?? {}).sort()).toEqual(
      "command desiredState endpointId env image labels memory name restart stopSignal".split(" "),
    );
    await stack.program.write(await readFile(generated, "utf8"));
    expect(must(await stack.preview()).changes).toEqual({ same: 2 });
    must(await stack.refresh());
    expect(must(await stack.up()).changes).toEqual({ same: 2 });
    expect(await inspect(own)).toMatchObject({ Id: containerId, State: { Running: true } });
    must(await stack.destroy());
    expect(await inspect(own)).toBeUndefined();
  });

  it.each([
    [
      "an unknown property",
      "      enviroment: { A: b }\n",
      /Property enviroment does not exist on 'portainer:index:Container'/,
    ],
    [
      "a wrong type",
      "      memory: [1]\n",
      /memory: Cannot assign 'List<number>' to 'Union<number, string>'/,
    ],
    ["a size that is none", "      memory: 512x\n", /web[\s\S]*memory[\s\S]*512m/],
  ])("that has %s fails in the preview, which names resource and property", async (_title, more, said) => {
    await using stack = await open(sleeper(`${name}-bad`, more));
    const { code, output } = await stack.preview();
    expect(code).not.toBe(0);
    expect(output).toMatch(said);
  });

  it("without a url fails before anything is made, and says where it can be set", async () => {
    await using stack = await openStack(await yamlProgram(sleeper(`${name}-bad`)), plugin.options);
    const { code, output } = await stack.up();
    expect(code).not.toBe(0);
    expect(output).toMatch(/portainer:url/);
    expect(await inspect(`${name}-bad`)).toBeUndefined();
  });
});

pythonOrSkip()("a program in Python", () => {
  const name = unique("web");
  afterAll(async () => await sweep(name));

  it("changes nothing of a container that was made by hand and imported by Pulumi's own command", async () => {
    await using server = await startServer({ admin: { password: PASSWORD }, engine: { url: engineUrl } });
    await using sdk = await installPythonSdk();
    const containerId = await runByHand(name);
    await using stack = await openStack(
      await pythonProgram(`import pulumi_portainer as portainer

portainer.Container("web",
    endpoint_id=1,
    name="${name}",
    image="${testImage}",
    command=["sleep", "1000"],
    env={"MODE": "test"},
    labels={"team": "ops"},
    stop_signal="SIGKILL",
    memory="64m",
    restart="unless-stopped")
`),
      {
        ...sdk.options,
        config: { "portainer:url": server.url },
        secrets: { "portainer:apiKey": server.apiKey ?? "" },
      },
    );
    const what = ["portainer:index:Container", "web", `1/${name}`];
    must(await stack.run(["import", ...what, "--yes", "--generate-code=false", "--protect=false"]));

    expect(must(await stack.preview()).changes).toEqual({ same: 2 });
    expect(must(await stack.refresh()).changes).toEqual({ same: 2 });
    expect(must(await stack.up()).changes).toEqual({ same: 2 });
    expect(await inspect(name)).toMatchObject({ Id: containerId, State: { Running: true } });
    must(await stack.destroy());
    expect(await inspect(name)).toBeUndefined();
  });
});

yamlOrSkip()("a stack that moves to the other door", () => {
  const name = unique("web");
  afterAll(async () => await sweep(name));

  it.each(["stack config", "a Provider"])("keeps its containers, with settings from %s", async (settings) => {
    const own = unique(name);
    await using server = await startServer({ admin: { password: PASSWORD }, engine: { url: engineUrl } });
    await using plugin = await installPlugin();
    const explicit = settings === "a Provider";
    const typescript = `
const ci = ${explicit} ? new portainer.Provider("ci", { url: config.require("url"), apiKey: config.requireSecret("apiKey") }) : undefined;
const provider = ci === undefined ? {} : { provider: ci };
const at = (type) => ({ ...provider, aliases: [{ type: "portainer:index:" + type }] });
new portainer.Container("web", { endpointId: 1, name: "${own}", env: { PW: pulumi.secret("geheim") }, ...sleeper }, at("Container"));
`;
    const yaml = `name: program
runtime: yaml
config: { url: { type: string }, apiKey: { type: string, secret: true } }
${sleeper(own, `      env: { PW: { fn::secret: geheim } }\n${explicit ? `    options: { provider: '\${ci}' }\n` : ""}`)}
${explicit ? `  ci:\n    type: pulumi:providers:portainer\n    properties: { url: '\${url}', apiKey: '\${apiKey}' }\n` : ""}`;
    const running = await program(typescript);
    const { url, apiKey = "" } = server;
    await using stack = await openStack(running, {
      ...plugin.options,
      env: { TEST_IMAGE: testImage },
      config: explicit ? { url } : { url, "portainer:url": url },
      secrets: explicit ? { apiKey } : { apiKey, "portainer:apiKey": apiKey },
    });
    const write = (text: string) => writeFile(join(running.folder, "Pulumi.yaml"), text);
    must(await stack.up());
    const before = await inspect(own);
    const requests = server.requests().length;

    await write(yaml);
    expect(must(await stack.up()).of("web")).toEqual(["same"]);
    expect((await stack.state()).resource("web")?.type).toBe("portainer:index:Container");

    await write("name: program\nruntime: { name: nodejs, options: { typescript: false } }\n");
    expect(must(await stack.up()).of("web")).toEqual(["same"]);
    expect((await stack.state()).resource("web")?.type).toBe("pulumi-nodejs:dynamic/portainer:Container");

    expect(server.requests().slice(requests)).toEqual([]);
    expect(await inspect(own)).toMatchObject({ Id: before?.Id, State: { Running: true } });
    must(await stack.destroy());
  });
});
