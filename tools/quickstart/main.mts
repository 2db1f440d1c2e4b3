// `npm run quickstart`: from a bare clone to a running container, made by one `pulumi up` through a server of our own.
//
//   npm run quickstart                  sets up what is missing, deploys examples/bootstrap, shows that it runs
//   npm run quickstart -- --yes         does not ask before it installs anything
//   npm run quickstart -- --destroy     takes all of it down again

import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { cleanUpWhenInterrupted, INTERRUPTED_EXIT_CODE, interruption } from "../machine/command.mts";
import { cacheFolder, clone, quickstartFolder } from "../machine/folders.mts";
import { explain, messageOf, SetUpError, say, step } from "../machine/progress.mts";
import { lock } from "../machine/reserve.mts";
import { findEngine } from "../setup/engine/find.mts";
import { missingEnginePackages } from "../setup/engine/install.mts";
import { hasGo } from "../setup/go.mts";
import { ensureImages } from "../setup/image.mts";
import { ensurePackage } from "../setup/package.mts";
import { ensurePulumi, findPulumi } from "../setup/pulumi/ensure.mts";
import {
  ensureQuickstartEngine,
  ensureServer,
  quickstartEngine,
  readSettings,
  type Server,
  type Settings,
  stopServer,
} from "./parts.mts";
import { bootstrapStack, example, stackName } from "./stack.mts";

const ANSWERS_WITHIN = 15_000;

cleanUpWhenInterrupted();
try {
  const { values } = parseArgs({
    options: { yes: { type: "boolean", default: false }, destroy: { type: "boolean", default: false } },
  });
  using _turn = await lock(join(cacheFolder, "quickstart.lock"), () =>
    say("Another quick start is running; waiting for it"),
  );
  await (values.destroy ? destroy() : deploy(values.yes));
} catch (error) {
  say(`\n${explain(error)}`);
  say(
    interruption.aborted
      ? "Interrupted. Run it again to go on from here."
      : "\nRun it again to go on from here, or take everything down: npm run quickstart -- --destroy",
  );
  process.exitCode = interruption.aborted ? INTERRUPTED_EXIT_CODE : 1;
}

async function deploy(yes: boolean): Promise<void> {
  if (!(await confirm(await planOf(), yes))) return say("Nothing was installed.");

  await mkdir(quickstartFolder, { recursive: true, mode: 0o700 });
  await ensurePackage();
  const engine = await ensureQuickstartEngine();
  await ensureImages(engine);
  const pulumi = await ensurePulumi();

  const settings = await readSettings();
  const server = await ensureServer(settings);
  const stack = await bootstrapStack({ pulumi, engine, server, settings });
  const { changed } = await stack.up();
  if (!changed && !(await answers(settings.containerPort))) await stack.repair();
  const page = await waitForPage(settings.containerPort);
  if (changed) await stack.upWithoutChange();

  printSummary({ server, settings, page, environmentFile: stack.environmentFile });
}

/** Takes down what the quick start made, in reverse order. What runs besides it is never touched. */
async function destroy(): Promise<void> {
  if (!existsSync(quickstartFolder)) return say("There is nothing to remove.");
  if (existsSync(join(quickstartFolder, "pulumi"))) await destroyStack();
  await stopServer();
  if (quickstartEngine.exists()) await quickstartEngine.remove();
  await step("Removing its state", async () => {
    await rm(quickstartFolder, { recursive: true, force: true });
    await rm(join(example, `Pulumi.${stackName}.yaml`), { force: true });
  });
}

/** The stack is destroyed through the server and on the engine it was made with, so both must run, even if they no longer did. */
async function destroyStack(): Promise<void> {
  await ensurePackage();
  const engine = await ensureQuickstartEngine();
  const pulumi = await ensurePulumi();
  const settings = await readSettings();
  const server = await ensureServer(settings);
  const stack = await bootstrapStack({ pulumi, engine, server, settings });
  await stack.destroy();
}

/** Says what is missing on this machine and, to a person, asks before it is installed. False means no. */
async function confirm(missing: readonly string[], yes: boolean): Promise<boolean> {
  if (missing.length === 0) return true;
  say("This machine lacks some parts. To be set up:");
  for (const part of missing) say(`  - ${part}`);
  if (yes || !process.stdin.isTTY) return true;
  using terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question("Go on? [Y/n] ", { signal: interruption });
  return !/^n/i.test(answer);
}

interface Page {
  url: string;
  text: string;
}

/** Whether the container answers on its published port. */
async function answers(port: number): Promise<boolean> {
  try {
    await fetchText(urlOf(port));
    return true;
  } catch {
    return false;
  }
}

function waitForPage(port: number): Promise<Page> {
  const url = urlOf(port);
  return step(
    "Container",
    () => retry(url),
    ({ text }) => `${url} answers "${text}"`,
  );
}

/** A container that has just started may need a moment to listen. */
async function retry(url: string): Promise<Page> {
  const deadline = Date.now() + ANSWERS_WITHIN;
  for (;;) {
    try {
      return { url, text: await fetchText(url) };
    } catch (error) {
      if (Date.now() > deadline) {
        throw new SetUpError(`The container was created, but ${url} does not answer: ${messageOf(error)}`);
      }
      await sleep(200, undefined, { signal: interruption });
    }
  }
}

async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return (await answer.text()).trim();
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}/`;
}

/** What will be installed or started because the machine does not have it, each as a line for a person. */
async function planOf(): Promise<string[]> {
  return [...(await planForEngine()), ...(await planForPulumi())];
}

async function planForEngine(): Promise<string[]> {
  if (quickstartEngine.exists() || (await findEngine()).engine) return [];
  const packages = await missingEnginePackages();
  return [
    ...(packages.length > 0 ? [`Debian packages, with apt-get: ${packages.join(", ")} (they stay)`] : []),
    "a private Docker engine, running until --destroy",
  ];
}

async function planForPulumi(): Promise<string[]> {
  if (await findPulumi()) return [];
  const go = (await hasGo()) ? "with the Go that is here" : "with a Go fetched for it";
  return [
    `the Pulumi CLI in ${cacheFolder}: downloaded, or where that is impossible built from source ${go} (about 10 minutes, once; it stays)`,
  ];
}

interface Outcome {
  server: Server;
  settings: Settings;
  page: Page;
  environmentFile: string;
}

function printSummary({ server, settings, page, environmentFile }: Outcome): void {
  const program = relative(clone, example);
  say(`
It runs, and a second \`pulumi up\` finds nothing to change.

  Container   ${page.url}
  Server      ${server.url}/api/status   (log: ${server.logFile})
  Sign in     admin, password in ${settings.adminPasswordFile}

Look at it    . ${environmentFile}; docker ps; pulumi --cwd ${program} stack --stack quickstart
Go on         change ${program}/index.ts, then npm run quickstart again
Remove it     npm run quickstart -- --destroy
`);
}
