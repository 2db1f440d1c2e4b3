import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { type RunningServer, startServer } from "../../server";
import { engineApi, inspect, namesLike, sweep } from "../support/engine-api";
import { freePort } from "../support/free-port";
import { PASSWORD } from "../support/host";
import { engineUrl, testImage } from "../support/needs";
import { otherImage, stackOrSkip, unique } from "../support/stack";

const run = promisify(execFile);
const REPOSITORY = resolve(__dirname, "../..");
const EXAMPLE = join(REPOSITORY, "examples/gitops");
const PAGE_PASSWORD = "correct-horse-of-the-page";

/**
 * The CI system: a hook of the bare repository, which runs a job for each branch that is pushed, with the secrets only
 * for those on main. `CI` holds what belongs to it: the secrets, the working copies, and what came of each job.
 */
const HOOK = `#!/bin/sh
unset GIT_DIR GIT_QUARANTINE_PATH
while read -r _ commit ref; do
  case $ref in
    refs/heads/deployed) continue ;;
    refs/heads/main) "$CI/job" deploy "$commit" ;;
    *) "$CI/job" preview "$commit" ;;
  esac
done
`;

const JOB = `#!/bin/sh
# job <deploy|preview|drift> <commit>
set -eu
copy=$CI/copies/$(date +%s%N)
git clone --quiet --no-checkout "$CI/../shop.git" "$copy"
git -C "$copy" checkout --quiet --detach "$2"
mkdir -p "$copy/node_modules"
ln -s "$CI_PACKAGE" "$copy/node_modules/pulumi-portainer"
ln -s "$CI_PACKAGE/node_modules/@pulumi" "$copy/node_modules/@pulumi"
. "$CI/common.env"
if [ "$1" != preview ]; then . "$CI/secrets.env"; fi
code=0
env -i $common \${secrets:-} "$copy/scripts/$1" >"$CI/$1.log" 2>&1 || code=$?
cp "$copy/$1.txt" "$CI/" 2>/dev/null || true
echo "$code" >"$CI/$1.code"
`;

/** What came of a job. */
interface Outcome {
  readonly code: number;
  readonly log: string;
}

stackOrSkip()("the example gitops, with a bare git repository whose hook plays the CI system", () => {
  const name = unique("web");
  let server: RunningServer;
  let home: string;
  let ci: string;
  let work: string;

  const environment = () => ({
    PATH: process.env["PATH"],
    HOME: home,
    CI: ci,
    CI_PACKAGE: REPOSITORY,
    GIT_AUTHOR_NAME: "ada",
    GIT_AUTHOR_EMAIL: "ada@example.com",
    GIT_COMMITTER_NAME: "ada",
    GIT_COMMITTER_EMAIL: "ada@example.com",
  });
  const git = async (...args: string[]): Promise<string> =>
    (await run("git", ["-C", work, ...args], { env: environment() })).stdout;
  const outcomeOf = async (job: string): Promise<Outcome> => ({
    code: Number(await readFile(join(ci, `${job}.code`), "utf8")),
    log: await readFile(join(ci, `${job}.log`), "utf8"),
  });
  const edit = async (file: string, change: (text: string) => string) => {
    const path = join(work, file);
    await writeFile(path, change(await readFile(path, "utf8")));
  };
  const push = async (branch: string, job: "deploy" | "preview"): Promise<Outcome> => {
    await git("add", "--all");
    await git("commit", "--quiet", "--allow-empty", "-m", `for ${branch}`);
    await git("push", "--quiet", "--force", "origin", `HEAD:refs/heads/${branch}`);
    return outcomeOf(job);
  };
  /** As the schedule of a CI system would: the job of main's last commit. */
  const drift = async (): Promise<Outcome> => {
    await run(join(ci, "job"), ["drift", "main"], { env: environment() });
    return outcomeOf("drift");
  };
  const setImage = (image: string) =>
    edit("stacks/main.yaml", (text) => text.replace(/(gitops:image: ).*/, `$1${image}`));
  const requestsOf = async <T>(act: () => Promise<T>) => {
    const before = server.requests().length;
    const result = await act();
    return { result, requests: server.requests().slice(before) };
  };

  beforeAll(async () => {
    server = await startServer({ admin: { password: PASSWORD }, engine: { url: engineUrl } });
    home = await mkdtemp(join(tmpdir(), "gitops-"));
    ci = join(home, "ci");
    work = join(home, "work");
    await Promise.all(["ci", "ci/copies", "state"].map((folder) => mkdir(join(home, folder))));
    const bare = join(home, "shop.git");
    await run("git", ["init", "--quiet", "--bare", "--initial-branch=main", bare]);
    for (const [file, text] of [
      [join(bare, "hooks/post-receive"), HOOK],
      [join(ci, "job"), JOB],
    ] as const) {
      await writeFile(file, text);
      await chmod(file, 0o755);
    }
    const path = [process.env["TEST_PULUMI"], join(process.execPath, ".."), process.env["PATH"]].join(":");
    const assignments = (values: Readonly<Record<string, string>>) =>
      Object.entries(values)
        .map(([key, value]) => `${key}=${value}`)
        .join(" ");
    await writeFile(
      join(ci, "common.env"),
      `common="${assignments({
        PATH: path,
        HOME: home,
        PULUMI_HOME: join(home, "pulumi"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      })}"\n`,
    );
    await writeFile(
      join(ci, "secrets.env"),
      `secrets="${assignments({
        PORTAINER_API_KEY: server.apiKey ?? "",
        PULUMI_BACKEND_URL: `file://${join(home, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "of-the-ci-system",
        PAGE_PASSWORD,
      })}"\n`,
    );
    await cp(EXAMPLE, work, {
      recursive: true,
      filter: (source) => !/node_modules|Pulumi\.main/.test(source),
    });
    const hostPort = String(await freePort());
    await edit("stacks/main.yaml", (text) =>
      text
        .replace(/(portainer:url: ).*/, `$1${server.url}`)
        .replace(/(gitops:name: ).*/, `$1${name}`)
        .replace(/(gitops:hostPort: ).*/, `$1"${hostPort}"`),
    );
    await setImage(testImage);
    await git("init", "--quiet", "--initial-branch=main");
    await git("remote", "add", "origin", bare);
  });

  afterAll(async () => {
    await sweep(name);
    await server.stop();
    await rm(home, { recursive: true, force: true });
  });

  it("shows all that a first commit would make, and asks the server nothing", async () => {
    const { result, requests } = await requestsOf(() => push("first", "preview"));
    expect(result).toMatchObject({ code: 0, log: expect.stringContaining("portainer:Container: (create)") });
    expect(requests).toEqual([]);
  });

  it("deploys main, and publishes the state without its secrets", async () => {
    const { code, log } = await push("main", "deploy");
    expect(log).toContain("created");
    expect(code).toBe(0);
    expect(await inspect(name)).toMatchObject({ State: { Running: true } });
    await git("fetch", "--quiet", "origin", "deployed");
    const published = await git("show", "FETCH_HEAD:state.json");
    expect(published).toContain(name);
    for (const text of [published, log, await readFile(join(work, "stacks/main.yaml"), "utf8")]) {
      expect(text).not.toContain(PAGE_PASSWORD);
      expect(text).not.toContain(server.apiKey);
    }
    expect(published.includes("ciphertext")).toBe(false);
  });

  it("deploys the same commit again without a change", async () => {
    const { code, log } = await push("main", "deploy");
    expect(log).toMatch(/\d unchanged/);
    expect(log).not.toMatch(/updated|replaced/);
    expect(code).toBe(0);
  });

  it("previews a pull request with what it changes alone, without a secret and without a request", async () => {
    await setImage(otherImage);
    await edit("index.ts", (text) => text.replace('"64m"', '"80m"'));
    const { result, requests } = await requestsOf(() => push("change", "preview"));
    expect(result).toMatchObject({ code: 0, log: expect.stringContaining("1 to update") });
    const text = await readFile(join(ci, "preview.txt"), "utf8");
    expect(text).toMatch(new RegExp(`image *: "${testImage}" => "${otherImage}"`));
    expect(text).toMatch(/memory *: /);
    expect(text).toMatch(/^ +PAGE_PASSWORD: \[secret\]$/m);
    expect(text.match(/^ +[~+-] /gm)).toHaveLength(4); // The container, two properties, and the line of the summary.
    expect(requests).toEqual([]);
    expect((await inspect(name))?.Config["Image"]).toBe(testImage);
  });

  it("finds no drift as long as nobody interferes", async () => {
    expect(await drift()).toMatchObject({ code: 0 });
  });

  it("fails the drift job with the property when somebody changes the container by hand, and changes nothing", async () => {
    await engineApi("POST", `/containers/${name}/update`, { Memory: 33554432, MemorySwap: 67108864 });
    await engineApi("POST", `/containers/${name}/stop?t=0`);
    const { code } = await drift();
    expect(code).not.toBe(0);
    const text = await readFile(join(ci, "drift.txt"), "utf8");
    expect(text).toMatch(/memory *: "64m" => "?32m?/);
    expect(text).toMatch(/desiredState *: "running" => "stopped"/);
    expect((await inspect(name))?.State.Running).toBe(false);
  });

  it("is put right by the next deployment that changes it", async () => {
    const { code } = await push("main", "deploy");
    expect(code).toBe(0);
    expect(await inspect(name)).toMatchObject({
      State: { Running: true },
      Config: { Image: otherImage },
      HostConfig: { Memory: 83886080 },
    });
    expect(await drift()).toMatchObject({ code: 0 });
  });

  it("leaves running what ran, and main's state true, when a roll-out fails", async () => {
    const before = await inspect(name);
    await edit("index.ts", (text) => text.replace('["httpd",', '["no-such-program",'));
    const failed = await push("main", "deploy");
    expect(failed.code).not.toBe(0);
    expect(failed.log).toContain("no-such-program");
    expect(await inspect(name)).toMatchObject({ Id: before?.Id, State: { Running: true } });
    expect(await namesLike(name)).toEqual([name]);
    expect(await drift()).toMatchObject({ code: 0 });

    const preview = await push("repair", "preview");
    expect(preview).toMatchObject({ code: 0 });
    expect(preview.log).toContain('"no-such-program"');

    await edit("index.ts", (text) => text.replace('["no-such-program",', '["httpd",'));
    const repaired = await push("main", "deploy");
    expect(repaired.code).toBe(0);
    expect((await inspect(name))?.Id).toBe(before?.Id);
  });

  it("names the secret that a job lacks", async () => {
    await writeFile(
      join(ci, "secrets.env"),
      'secrets="PORTAINER_API_KEY=ptr_x PULUMI_BACKEND_URL=file:///x"\n',
    );
    const { code, log } = await drift();
    expect(code).toBe(1);
    expect(log).toContain(
      "PULUMI_CONFIG_PASSPHRASE is not set: make it a secret of the CI system for this job.",
    );
  });
});

describe("the pipelines of the example gitops", () => {
  /** What the jobs of a pipeline run, and the whole definition as text. */
  interface Pipeline {
    readonly job: string;
    readonly commands: readonly string[];
    readonly text: string;
  }

  async function github(): Promise<Pipeline[]> {
    const folder = join(EXAMPLE, ".github/workflows");
    return Promise.all(
      (await readdir(folder)).map(async (file) => {
        const text = await readFile(join(folder, file), "utf8");
        const { name: job, jobs } = parse(text) as {
          name: string;
          jobs: Record<string, { steps: { run?: string }[] }>;
        };
        const commands = Object.values(jobs).flatMap(({ steps }) => steps.map((step) => step.run ?? ""));
        return { job, commands, text };
      }),
    );
  }

  async function gitlab(): Promise<Pipeline[]> {
    const { default: _, ...jobs } = parse(await readFile(join(EXAMPLE, ".gitlab-ci.yml"), "utf8")) as Record<
      string,
      { script: string[] }
    >;
    return Object.entries(jobs).map(([job, definition]) => ({
      job,
      commands: definition.script,
      text: JSON.stringify(definition),
    }));
  }

  async function woodpecker(): Promise<Pipeline[]> {
    const folder = join(EXAMPLE, ".woodpecker");
    return Promise.all(
      (await readdir(folder)).map(async (file) => {
        const text = await readFile(join(folder, file), "utf8");
        const { steps } = parse(text) as { steps: { name: string; commands: string[] }[] };
        return { job: steps[0]?.name ?? "", commands: steps.flatMap(({ commands }) => commands), text };
      }),
    );
  }

  it.each([
    ["GitHub Actions", github],
    ["GitLab CI", gitlab],
    ["Woodpecker", woodpecker],
  ])("run the tested scripts on %s, and give the preview no secret", async (_, read) => {
    const pipelines = await read();
    expect(pipelines.map(({ job }) => job).sort()).toEqual(["deploy", "drift", "preview"]);
    for (const { job, commands, text } of pipelines) {
      expect(commands).toContain(`scripts/${job}`);
      if (job === "preview") expect(text).not.toMatch(/secrets\.|from_secret|PASSPHRASE|API_KEY/);
    }
  });

  it("take the image of Pulumi's CLI that belongs to the SDK of the example", async () => {
    const { dependencies } = JSON.parse(await readFile(join(EXAMPLE, "package.json"), "utf8"));
    const sdk = dependencies["@pulumi/pulumi"].replace("^", "");
    const texts = await Promise.all(
      [".gitlab-ci.yml", ...["preview", "deploy", "drift"].map((job) => `.woodpecker/${job}.yaml`)].map(
        (file) => readFile(join(EXAMPLE, file), "utf8"),
      ),
    );
    for (const text of texts) expect(text.match(/image: (.+)/)?.[1]).toBe(`pulumi/pulumi-nodejs:${sdk}`);
  });
});
