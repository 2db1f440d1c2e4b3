import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../machine/command.mts";
import { clone, ownNode } from "../machine/folders.mts";
import { step } from "../machine/progress.mts";
import { packInto } from "../package/check.mts";

const RUNS = 15;

/** What a program pays that imports the package, beyond `@pulumi/pulumi`, and whether it loads more than its classes. */
const PROGRAM = `
  require("@pulumi/pulumi");
  const before = new Set(Object.keys(require.cache));
  const started = performance.now();
  require("./dist/sdk/index.js");
  const took = performance.now() - started;
  const loaded = Object.keys(require.cache).filter((file) => !before.has(file));
  const others = loaded.filter((file) => !/dist.sdk/.test(file));
  console.log(JSON.stringify({ took, others: others.length }));
`;

export function measureImport(): Promise<string> {
  return step("Importing the package", async () => {
    const runs: { took: number; others: number }[] = [];
    for (let i = 0; i < RUNS; i++) {
      runs.push(JSON.parse(await run(ownNode, ["-e", PROGRAM], { cwd: clone })));
    }
    const times = runs.map(({ took }) => took).toSorted((one, other) => one - other);
    const median = times[Math.floor(RUNS / 2)] ?? 0;
    return `  takes ${median.toFixed(1)} ms (median of ${RUNS}) after @pulumi/pulumi, and loads ${runs[0]?.others} files besides the classes`;
  });
}

interface Installation {
  packages: number;
  megabytes: number;
}

/** What `npm install pulumi-portainer` adds to a project that has `@pulumi/pulumi` already. */
export async function measureInstallation(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-installation-"));
  try {
    return await step("Installing the package beside @pulumi/pulumi", async () => {
      const tarball = await packInto(folder);
      await writeFile(join(folder, "package.json"), "{}");
      const before = await install(folder, `@pulumi/pulumi@${await pulumiRange()}`);
      const after = await install(folder, tarball);
      const megabytes = (after.megabytes - before.megabytes).toFixed(1);
      return `  adds ${after.packages - before.packages} packages and ${megabytes} MB to ${before.packages} and ${before.megabytes.toFixed(1)} MB`;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function install(folder: string, what: string): Promise<Installation> {
  await run("npm", ["install", "--no-audit", "--no-fund", what], { cwd: folder });
  const lock = JSON.parse(await readFile(join(folder, "node_modules", ".package-lock.json"), "utf8"));
  const kilobytes = Number.parseInt(await run("du", ["-sk", join(folder, "node_modules")]), 10);
  return { packages: Object.keys(lock.packages).length, megabytes: kilobytes / 1024 };
}

async function pulumiRange(): Promise<string> {
  return JSON.parse(await readFile(join(clone, "package.json"), "utf8")).devDependencies["@pulumi/pulumi"];
}
