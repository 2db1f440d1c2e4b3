import { createInterface } from "node:readline/promises";
import { interruption } from "../machine/interruption.mts";
import { say } from "../machine/progress.mts";

/** Says what is missing on this machine and, to a person, asks before it is installed. False means no. */
export async function confirm(missing: readonly string[], yes: boolean): Promise<boolean> {
  if (missing.length === 0) return true;
  say("This machine lacks some parts. To be set up:");
  for (const part of missing) say(`  - ${part}`);
  if (yes || !process.stdin.isTTY) return true;
  using terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question("Go on? [Y/n] ", { signal: interruption });
  return !/^n/i.test(answer);
}
