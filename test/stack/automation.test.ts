import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { engineApi, inspect, namesLike, sweep } from "../support/engine-api";
import { PASSWORD } from "../support/host";
import { engineUrl, testImage } from "../support/needs";
import { stackOrSkip, unique } from "../support/stack";

const REPOSITORY = resolve(__dirname, "../..");

/** As many as a busy repository has. */
const BRANCHES = Array.from({ length: 20 }, (_, number) => `feature/${number + 1}`);

/** What the script prints for a branch. */
interface Line {
  readonly branch: string;
  readonly port?: number;
  readonly changes?: Readonly<Record<string, number>>;
  readonly resourceCount?: number;
}

stackOrSkip()("the example automation", () => {
  const prefix = unique("branch");
  let server: RunningServer;
  let home: string;
  let folder: string;
  const nameOf = (branch: string) => `${prefix}-${branch.replace("/", "-")}`;

  const script = (...args: string[]) =>
    new Promise<{ code: number | string | null; lines: Line[]; stderr: string }>((done) => {
      const env = {
        ...server.env,
        PATH: [process.env["TEST_PULUMI"], join(process.execPath, ".."), process.env["PATH"]].join(":"),
        HOME: home,
        PORTAINER_ENDPOINT_ID: "1",
        PULUMI_HOME: join(home, "pulumi"),
        PULUMI_BACKEND_URL: `file://${join(home, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "of-the-script",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        IMAGE: testImage,
        PREFIX: prefix,
      };
      execFile(
        process.execPath,
        [join(folder, "branches.ts"), ...args],
        { env, cwd: folder, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) =>
          done({
            code: error?.code ?? 0,
            lines: stdout
              .split("\n")
              .filter((line) => line.startsWith("{"))
              .map((line) => JSON.parse(line) as Line),
            stderr,
          }),
      );
    });

  beforeAll(async () => {
    server = await startServer({ admin: { password: PASSWORD }, engine: { url: engineUrl } });
    home = await mkdtemp(join(tmpdir(), "automation-"));
    folder = join(home, "program");
    await mkdir(join(home, "state"));
    await cp(join(REPOSITORY, "examples/automation"), folder, { recursive: true });
    await mkdir(join(folder, "node_modules"));
    await symlink(REPOSITORY, join(folder, "node_modules/pulumi-portainer"));
    await symlink(join(REPOSITORY, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
  });

  afterAll(async () => {
    await sweep(prefix);
    await server.stop();
    await rm(home, { recursive: true, force: true });
  });

  it("makes twenty environments, each with a page of its own", async () => {
    const { code, lines, stderr } = await script("up", ...BRANCHES);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(lines.map(({ branch }) => branch).sort()).toEqual([...BRANCHES].sort());
    expect(await namesLike(prefix)).toEqual(BRANCHES.map(nameOf).sort());
    for (const { branch, port } of lines) {
      const page = await fetch(`http://127.0.0.1:${port}/`);
      expect(await page.text()).toBe(`This is ${branch}.\n`);
    }
    expect((await script("list")).lines).toHaveLength(BRANCHES.length);
  });

  it("changes nothing for a branch that has its environment, and leaves the others alone if one fails", async () => {
    const before = await inspect(nameOf("feature/1"));
    await engineApi("POST", `/containers/create?name=${nameOf("taken")}`, { Image: testImage });
    const { code, lines, stderr } = await script("up", "taken", "feature/1");
    expect(code).toBe(1);
    expect(stderr).toContain("taken: ");
    expect(lines).toEqual([expect.objectContaining({ branch: "feature/1", changes: { same: 3 } })]);
    expect((await inspect(nameOf("feature/1")))?.Id).toBe(before?.Id);
    await script("down", "taken");
    await engineApi("DELETE", `/containers/${nameOf("taken")}?force=1`);
  });

  it("destroys the environment of one branch, and then all others", async () => {
    expect(await script("down", "feature/1")).toMatchObject({ code: 0 });
    expect(await namesLike(prefix)).toEqual(BRANCHES.slice(1).map(nameOf).sort());
    expect(await script("down", ...BRANCHES.slice(1))).toMatchObject({ code: 0, stderr: "" });
    expect(await namesLike(prefix)).toEqual([]);
    expect((await script("list")).lines).toEqual([]);
  });
});
