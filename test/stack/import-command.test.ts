import { execFile } from "node:child_process";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
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

/** What `docker compose up` makes of a file with a database, who shares all that can be shared with it, and a network. */
const composed = (named: (name: string) => string): Readonly<Record<string, object>> => {
  const db = named("db");
  const labels = { "com.docker.compose.project": "shop" };
  return {
    db: {
      Hostname: "db-host",
      Domainname: "example.test",
      Labels: labels,
      HostConfig: {
        NetworkMode: named("net"),
        IpcMode: "shareable",
        Binds: [`${named("data")}:/var/lib/db:rw`],
        Mounts: [{ Type: "volume", Source: named("config"), Target: "/etc/db", ReadOnly: true }],
      },
      NetworkingConfig: { EndpointsConfig: { [named("net")]: { Aliases: ["db", "0123456789ab"] } } },
    },
    exporter: {
      HostConfig: {
        NetworkMode: `container:${db}`,
        PidMode: `container:${db}`,
        IpcMode: `container:${db}`,
        VolumesFrom: [`${db}:ro`],
      },
    },
    backup: { HostConfig: { NetworkMode: "none", Binds: [`${named("data")}:/data:ro`], VolumesFrom: [] } },
  };
};

/** What the engine, an image or Portainer said, and nobody's program is to say. */
const ownWords: Readonly<Record<string, object>> = {
  // As Portainer's "recreate" leaves it: with the short id of the container before as its name.
  recreated: { Hostname: "0123456789ab", ExposedPorts: { "9090/tcp": {} } },
  privileged: { HostConfig: { Privileged: true, SecurityOpt: ["no-new-privileges"] } },
  host: { HostConfig: { NetworkMode: "host", PidMode: "host" } },
};

/** The machine that runs the tests may itself lack the rights to give. */
const unstarted: readonly string[] = ["created", "privileged"];

stackOrSkip()("the command `import`", () => {
  let site: Site;
  const nameOf = (name: string) => `${site.prefix}${name}`;
  const everything = () => ({ ...containers, ...composed(nameOf), ...ownWords });
  const idsNow = () =>
    Promise.all(
      [...Object.keys(everything()), "joined"].map(async (name) => (await inspect(nameOf(name)))?.Id),
    );

  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [BIN, "import", ...args], {
      env: { ...process.env, ...site.server.env },
    });

  beforeAll(async () => {
    site = await openSite("");
    await engineApi("POST", "/networks/create", { Name: nameOf("net"), Labels: { tier: "back" } });
    await engineApi("POST", "/volumes/create", { Name: nameOf("data"), Labels: { tier: "db" } });
    const sleeps = { Image: testImage, Cmd: ["sleep", "1000"] };
    for (const [name, body] of Object.entries(everything())) {
      const { status, text } = await engineApi("POST", `/containers/create?name=${nameOf(name)}`, {
        ...(name === "created" ? { Image: testImage } : sleeps),
        ...body,
      });
      if (status !== 201) throw new Error(text);
      if (!unstarted.includes(name)) await engineApi("POST", `/containers/${nameOf(name)}/start`);
    }
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

    const text = await readFile(join(folder, "imported.ts"), "utf8");
    expect(text).not.toContain(SECRET);
    const [net, data, db] = ["net", "data", "db"].map((name) => variableOf(text, nameOf(name)));
    expect(text).toContain(`networks: [{ network: ${net}, aliases: ["www"] }]`);
    expect(text).toContain(`volumes: [{ source: ${data}, target: "/data", readOnly: true }]`);
    for (const mode of ["networkMode", "pidMode", "ipcMode"]) expect(text).toContain(`${mode}: ${db},\n`);
    for (const nobodys of ["undefined", "0123456789ab", "label=", "ipam", "MaskedPaths", "maskedPaths: [],"])
      expect(text).not.toContain(nobodys);
    expect(text.match(/hostname: .*/g)).toEqual(['hostname: "db-host",', 'hostname: "rich",']);
    expect(text).toContain('exposedPorts: ["9090/tcp"]');
    expect(text).toContain('memory: "64m"');
    expect(said).toContain(`pulumi config set --secret ${nameOf("rich")}-DB_PASSWORD`);
    const state = join(folder, "import.json");
    expect((await stat(state)).mode & 0o777).toBe(0o600);

    await writeFile(
      join(folder, "imported.js"),
      transpileModule(text, { compilerOptions: { module: ModuleKind.CommonJS } }).outputText,
    );
    await site.write('require("./imported");');
    await site.stack.setConfig({}, { [`${nameOf("rich")}-DB_PASSWORD`]: SECRET });
    must(await site.stack.import(JSON.parse(await readFile(state, "utf8")) as object));

    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    must(await site.stack.refresh());
    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    expect(Object.keys(must(await site.stack.up()).changes)).toEqual(["same"]);
    expect(await idsNow()).toEqual(before);
    const { resources } = await site.stack.state();
    const countOf = (type: string) => resources.filter((one) => one.type.endsWith(`:${type}`)).length;
    expect([countOf("Container"), countOf("Volume"), countOf("Network")]).toEqual([10, 2, 1]);
    expect(await site.stack.stateFile()).not.toContain(SECRET);
  });

  it("overwrites nothing unasked", async () => {
    await expect(run("--out", site.stack.program.folder)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("--force"),
    });
  });

  it("keeps what it writes from others, also over a file that they could read", async () => {
    const folder = join(site.stack.program.folder, "again");
    await mkdir(folder);
    const state = join(folder, "import.json");
    await writeFile(state, "{}", { mode: 0o644 });
    await run("--out", folder, "--filter", `name=${site.prefix}`, "--force");
    expect((await stat(state)).mode & 0o777).toBe(0o600);
  });

  it("rolls out what it has imported, with all its arguments kept", async () => {
    const file = join(site.stack.program.folder, "imported.js");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('MODE: "production"', 'MODE: "staging"'));
    must(await site.stack.up());
    const { Config, HostConfig } = (await inspect(nameOf("rich"))) ?? {};
    expect(Config?.["Env"]).toEqual(expect.arrayContaining(["MODE=staging", `DB_PASSWORD=${SECRET}`]));
    expect(HostConfig).toMatchObject(KEPT);
  });

  it("rolls out a container together with those that share its namespaces", async () => {
    const file = join(site.stack.program.folder, "imported.js");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('hostname: "db-host"', 'hostname: "db-2"'));
    must(await site.stack.up());
    const [db, exporter] = [await inspect(nameOf("db")), await inspect(nameOf("exporter"))];
    const shared = `container:${db?.Id}`;
    expect(exporter?.State.Running).toBe(true);
    expect(exporter?.HostConfig).toMatchObject({ NetworkMode: shared, PidMode: shared, IpcMode: shared });
    expect(exporter?.Mounts.map(({ Destination }) => Destination).sort()).toEqual(["/etc/db", "/var/lib/db"]);
    expect(db?.NetworkSettings.Networks[nameOf("net")]?.["Aliases"]).toEqual(expect.arrayContaining(["db"]));
    must(await site.stack.refresh());
    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
  });

  it("names a container that is not imported, whose namespaces one shares", async () => {
    const folder = join(site.stack.program.folder, "some");
    await engineApi("POST", `/containers/create?name=${nameOf("guest")}`, {
      Image: testImage,
      HostConfig: { NetworkMode: `container:${nameOf("joined")}` },
    });
    await run("--out", folder, "--filter", `name=${nameOf("guest")}`);
    const text = await readFile(join(folder, "imported.ts"), "utf8");
    expect(text).toContain(`networkMode: "container:${nameOf("joined")}"`);
  });

  it("leaves out what Pulumi manages already", async () => {
    const folder = join(site.stack.program.folder, "managed");
    await expect(run("--out", folder, "--filter", `name=${nameOf("db")}$`)).rejects.toMatchObject({
      stderr: expect.stringMatching(
        /Left out: .*db, already managed by Pulumi as urn:pulumi:.*\n.*no Container to import/,
      ),
    });
  });
});

/** The constant that a program has for a resource of that name. */
const variableOf = (text: string, name: string): string | undefined =>
  new RegExp(`const (\\w+) = new portainer\\.\\w+\\("${name}"`).exec(text)?.[1];
