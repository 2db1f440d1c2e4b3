import { createInterface } from "node:readline/promises";
import { fail, runOnOwnNode } from "./bootstrap.mjs";

await runOnOwnNode("quickstart/main.mts", { beforeInstall: askForPackages });

/** The first of two questions, because the rest of the plan can only be made with these packages. */
async function askForPackages() {
  if (!process.stdin.isTTY || process.argv.includes("--yes")) return;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  console.log(
    "First come the npm packages of package-lock.json, into ./node_modules (about 470 MB). Nothing outside this folder is changed.",
  );
  const answer = await terminal.question("Go on? [Y/n] ");
  terminal.close();
  if (/^n/i.test(answer)) fail("Nothing was changed.");
}
