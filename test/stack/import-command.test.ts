import { execFile } from "node:child_process";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { ModuleKind, transpileModule } from "typescript";
import { engineApi, inspect } from "../support/engine-api";
import { testImage } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

const BIN = resolve(__dirname, "../../dist/cli/bin.js");
const SECRET = "hunter2-of-the-database";

/** What a roll-out has to give to the new container too. */
const KEPT = {
  Binds: ["/tmp:/host:ro"],
  RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
  Memory: 67108864,
  ShmSize: 33554432,
  CapDrop: ["CHOWN"],
  MaskedPaths: ["/proc/acpi", "/proc/kcore"],
  ReadonlyPaths: [],
  Sysctls: { "net.ipv4.ip_forward": "1" },
};

/** As `docker run` and `docker compose` make them, with all that they can be told in one line. */
const containers: Readonly<Record<string, object>> = {
  plain: { Cmd: ["sleep", "1000"] },
  created: { Entrypoint: ["env"] },
  rich: {
    Cmd: ["sleep", "1000"],
    Env: ["MODE=production", `DB_PASSWORD=${SECRET}`, "DB_PASSWORD_FILE=/run/secrets/db"],
    Labels: { "com.docker.compose.project": "shop", team: "ops" },
    Hostname: "rich",
    StopSignal: "SIGKILL",
    StopTimeout: 3,
    ExposedPorts: { "80/tcp": {}, "53/udp": {} },
    Healthcheck: { Test: ["CMD-SHELL", "true"], Interval: 30e9, Retries: 5 },
    HostConfig: {
      ...KEPT,
      Mounts: [{ Type: "tmpfs", Target: "/scratch", TmpfsOptions: { SizeBytes: 1048576 } }],
      PortBindings: {
        "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }],
        "53/udp": [{ HostIp: "", HostPort: "" }],
      },
      NanoCpus: 5e8,
      PidsLimit: 50,
      ReadonlyRootfs: true,
      Init: true,
      CapAdd: ["CAP_NET_ADMIN"],
      SecurityOpt: ["no-new-privileges"],
      Dns: ["127.0.0.53"],
      Ulimits: [{ Name: "nofile", Soft: 100, Hard: 200 }],
      LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
      ExtraHosts: ["one:127.0.0.1"],
    },
  },
};

stackOrSkip()("the command `import`", () => {
  let site: Site;
  const nameOf = (name: string) => `${site.prefix}${name}`;
  const idsNow = () =>
    Promise.all(
      [...Object.keys(containers), "joined"].map(async (name) => (await inspect(nameOf(name)))?.Id),
    );

  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [BIN, "import", ...args], {
      env: { ...process.env, ...site.server.env },
    });

  beforeAll(async () => {
    site = await openSite("");
    for (const [name, body] of Object.entries(containers)) {
      await engineApi("POST", `/containers/create?name=${nameOf(name)}`, { Image: testImage, ...body });
      if (name !== "created") await engineApi("POST", `/containers/${nameOf(name)}/start`);
    }
    await engineApi("POST", "/networks/create", { Name: nameOf("net") });
    const joined = {
      Image: testImage,
      Cmd: ["sleep", "1000"],
      HostConfig: { NetworkMode: nameOf("net") },
      NetworkingConfig: { EndpointsConfig: { [nameOf("net")]: { Aliases: ["www"] } } },
    };
    await engineApi("POST", `/containers/create?name=${nameOf("joined")}`, joined);
    await engineApi("POST", `/containers/${nameOf("joined")}/start`);
  });

  afterAll(async () => {
    const network = nameOf("net");
    await site[Symbol.asyncDispose]();
    await engineApi("DELETE", `/networks/${network}`);
  });

  it("§9.29 brings containers that others made into a stack whose first preview shows no change", async () => {
    const { folder } = site.stack.program;
    const before = await idsNow();
    let said = "";
    const requests = await site.requestsOf(async () => {
      said = (await run("--out", folder, "--filter", `name=${site.prefix}`)).stdout;
    });
    expect(requests.filter((request) => !request.startsWith("GET"))).toEqual([]);

    const text = await readFile(join(folder, "containers.ts"), "utf8");
    expect(text).not.toContain(SECRET);
    expect(text).toContain(`networks: [{ network: "${nameOf("net")}", aliases: ["www"] }]`);
    expect(text).toContain('memory: "64m"');
    expect(said).toContain(`pulumi config set --secret ${nameOf("rich")}-DB_PASSWORD`);
    const state = join(folder, "import.json");
    expect((await stat(state)).mode & 0o777).toBe(0o600);

    await writeFile(
      join(folder, "containers.js"),
      transpileModule(text, { compilerOptions: { module: ModuleKind.CommonJS } }).outputText,
    );
    await site.write('require("./containers");');
    await site.stack.setConfig({}, { [`${nameOf("rich")}-DB_PASSWORD`]: SECRET });
    must(await site.stack.import(JSON.parse(await readFile(state, "utf8")) as object));

    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    must(await site.stack.refresh());
    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    expect(Object.keys(must(await site.stack.up()).changes)).toEqual(["same"]);
    expect(await idsNow()).toEqual(before);
    expect(
      (await site.stack.state()).resources.filter(({ type }) => type.endsWith(":Container")),
    ).toHaveLength(4);
    expect(await site.stack.stateFile()).not.toContain(SECRET);
  });

  it("overwrites nothing unasked", async () => {
    await expect(run("--out", site.stack.program.folder)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("--force"),
    });
  });

  it("rolls out what it has imported, with all its arguments kept", async () => {
    const file = join(site.stack.program.folder, "containers.js");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('MODE: "production"', 'MODE: "staging"'));
    must(await site.stack.up());
    const { Config, HostConfig } = (await inspect(nameOf("rich"))) ?? {};
    expect(Config?.["Env"]).toEqual(expect.arrayContaining(["MODE=staging", `DB_PASSWORD=${SECRET}`]));
    expect(HostConfig).toMatchObject(KEPT);
  });
});
