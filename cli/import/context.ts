/** What the definitions of resources need to read for an import, and what it says meanwhile. */
import type { Connection } from "../../provider/connection";
import { claimsOf } from "../../provider/core/claims";
import type { Context } from "../../provider/core/definition";
import type { SkippedObject } from "../../provider/core/importable";

/** The context of a read that belongs to no resource. Its messages go to standard error. */
export const contextOf = (connection: Connection, tell: (message: string) => void = say): Context => ({
  name: "",
  urn: undefined,
  connection,
  claims: claimsOf({ holder: "import", urn: undefined }),
  signal: new AbortController().signal,
  progress: tell,
  info: tell,
  warn: tell,
});

export function sayLeftOut(skipped: readonly SkippedObject[]): void {
  for (const { name, reason } of skipped) say(`Left out: ${name}, ${reason.replace(/\.$/, "")}.`);
}

export function say(message: string): void {
  process.stderr.write(`${message}\n`);
}
