// `npm run archive`: makes the plugin's archives, one for each system, for `pulumi plugin install resource portainer VERSION --file`.
// `npm run archive -- FOLDER` puts them there; by default into ./archives.

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../machine/command.mts";
import { clone } from "../machine/folders.mts";
import { explain, say, step } from "../machine/progress.mts";
import { ensurePackage } from "../setup/package.mts";
import { packInto } from "./check.mts";

/** As Pulumi names them. The plugin is JavaScript, so all archives have the same content. */
const SYSTEMS = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"];

const LAUNCHER = `#!/bin/sh
# Pulumi's plugin for Portainer. It needs Node.js 22.19 or later on PATH.
exec node "$(dirname "$0")/node_modules/pulumi-portainer/dist/plugin/bin.js" "$@"
`;

try {
  const target = resolve(process.argv[2] ?? join(clone, "archives"));
  await ensurePackage();
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-archive-"));
  try {
    const content = await step("Installing the package with what it needs", () => contentIn(folder));
    await mkdir(target, { recursive: true });
    const { version } = JSON.parse(await readFile(join(clone, "package.json"), "utf8"));
    for (const system of SYSTEMS) {
      const archive = join(target, `pulumi-resource-portainer-v${version}-${system}.tar.gz`);
      await step(`Packing for ${system}`, () => run("tar", ["-czf", archive, "-C", content, "."]));
      say(archive);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
} catch (error) {
  say(`\n${explain(error)}`);
  process.exitCode = 1;
}

/** The launcher, and the packed package with its dependencies beside it. */
async function contentIn(folder: string): Promise<string> {
  const content = join(folder, "content");
  await mkdir(content);
  await writeFile(join(content, "package.json"), `{ "private": true }\n`);
  const tarball = await packInto(folder);
  // Optional packages are native code for one system, and the plugin uses none.
  const quiet = ["--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await run("npm", ["install", tarball, ...quiet], { cwd: content });
  await writeFile(join(content, "pulumi-resource-portainer"), LAUNCHER, { mode: 0o755 });
  return content;
}
