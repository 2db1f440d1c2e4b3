// Are the npm packages of package-lock.json in node_modules, and if not, `npm ci`. Plain JavaScript for the same reason as run.mjs.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Whether the direct dependencies are there, and all packages in the locked versions. npm writes its list of what it installed
 * as its last act, so a killed `npm ci` never looks complete.
 */
export function packagesAreInstalled(clone) {
  const wanted = packagesIn(join(clone, "package-lock.json"));
  const installed = packagesIn(join(clone, "node_modules", ".package-lock.json"));
  const { dependencies, devDependencies } = wanted[""];
  const direct = Object.keys({ ...dependencies, ...devDependencies });
  return (
    direct.every((name) => `node_modules/${name}` in installed) &&
    Object.entries(installed).every(
      ([path, { version }]) => !(path in wanted) || wanted[path].version === version,
    )
  );
}

export async function installPackages(clone) {
  const release = await takeTurn(join(clone, ".pulumi-portainer", "npm-ci.lock"));
  try {
    if (!packagesAreInstalled(clone)) await npmCi(clone);
  } finally {
    release();
  }
}

async function npmCi(clone) {
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const say = (line) => process.stdout.write(`${line}\n`);
  say("  npm packages: npm ci …");
  const ticker = setInterval(() => say(`  npm packages: ${seconds()}`), 10_000);
  try {
    await npm(["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], clone);
  } finally {
    clearInterval(ticker);
  }
  say(`✓ npm packages (${seconds()})`);
}

function npm(args, cwd) {
  let output = "";
  const child = spawn("npm", args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on("error", (cause) =>
      reject(new Error(`Cannot run npm: ${cause.message}. It comes with Node; is it on PATH?`)),
    );
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ${args.join(" ")} failed:\n${firstLines(output, 20)}`)),
    );
  });
}

function firstLines(text, count) {
  return text.trim().split("\n").slice(0, count).join("\n");
}

/** One `npm ci` per clone at a time; a lock whose owner is dead counts for nothing. */
async function takeTurn(lock) {
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (!isAlive(Number(readIfThere(lock)))) rmSync(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

function packagesIn(file) {
  return JSON.parse(readIfThere(file) || "{}").packages || {};
}

function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return "";
    throw error;
  }
}
