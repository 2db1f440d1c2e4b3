// `npm run size`: what the package costs beside @pulumi/pulumi, which every program has, read off this clone: package by package,
// without a network. `npm run bench` installs it for real.

import { readFileSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { measureImport } from "../bench/installation.mts";
import { run } from "../machine/command.mts";
import { clone } from "../machine/folders.mts";
import { say } from "../machine/progress.mts";
import { ensurePackage } from "../setup/package.mts";

interface Locked {
  readonly version?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const PULUMI = "node_modules/@pulumi/pulumi";

const lock = JSON.parse(readFileSync(join(clone, "package-lock.json"), "utf8")) as {
  packages: Record<string, Locked>;
};

const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(0)} kB`;
const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

await ensurePackage();
const pulumi = closure([PULUMI]);
const own = closure(neededBy("")).filter((path) => path !== "" && !pulumi.includes(path));
const [packed, ownSizes, pulumiSizes] = await Promise.all([pack(), sizesOf(own), sizesOf(pulumi)]);
say(
  [
    `Package         ${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} unpacked, ${packed.entryCount} files`,
    `Dependencies    ${ownSizes.length} packages beside @pulumi/pulumi, ${megabytes(total(ownSizes))}`,
    ...ownSizes
      .slice(0, 6)
      .map(({ name, bytes }) => `${" ".repeat(16)}${megabytes(bytes).padStart(8)}  ${name}`),
    `@pulumi/pulumi  ${pulumiSizes.length} packages, ${megabytes(total(pulumiSizes))}`,
  ].join("\n"),
);
say(await measureImport());

/** The packages that these need, and those that these need, by their paths in the lock. */
function closure(start: readonly string[]): string[] {
  const found = new Set<string>();
  const open = [...start];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    open.push(...neededBy(path));
  }
  return [...found];
}

function neededBy(path: string): string[] {
  const { dependencies, optionalDependencies } = lock.packages[path] ?? {};
  return Object.keys({ ...dependencies, ...optionalDependencies }).flatMap(
    (name) => resolved(path, name) ?? [],
  );
}

/** As Node looks for it: beside the one that needs it, then further up. */
function resolved(from: string, name: string): string | undefined {
  const path = `${from}/node_modules/${name}`.replace(/^\//, "");
  if (path in lock.packages) return path;
  return from === ""
    ? undefined
    : resolved(from.slice(0, Math.max(0, from.lastIndexOf("node_modules/") - 1)), name);
}

/** The files of one package, without the packages nested in it. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += entry.name === "node_modules" ? 0 : await sizeOf(path);
    else if (entry.isFile()) bytes += (await stat(path)).size;
  }
  return bytes;
}

async function pack(): Promise<{ size: number; unpackedSize: number; entryCount: number }> {
  const [packed] = JSON.parse(
    await run("npm", ["pack", "--json", "--dry-run", "--ignore-scripts"], { cwd: clone }),
  ) as { size: number; unpackedSize: number; entryCount: number }[];
  if (!packed) throw new Error("npm pack told nothing");
  return packed;
}

interface Size {
  readonly name: string;
  readonly bytes: number;
}

/** The largest first; packages for other platforms, which are not installed, are left out. */
async function sizesOf(paths: readonly string[]): Promise<Size[]> {
  const sizes = paths.map(async (path) => ({
    name: path.replace(/^.*node_modules\//, ""),
    bytes: await sizeOf(join(clone, path)),
  }));
  return (await Promise.all(sizes))
    .filter(({ bytes }) => bytes > 0)
    .sort((left, right) => right.bytes - left.bytes);
}

function total(sizes: readonly Size[]): number {
  return sizes.reduce((sum, { bytes }) => sum + bytes, 0);
}
