import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What the documentation says of a recorded conversation. */
export interface Recording {
  readonly name: string;
  readonly area: string;
  readonly steps: readonly RecordedStep[];
}

export interface RecordedStep {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Played, and not judged. */
  readonly nocheck?: boolean;
  /** Why a better answer than Portainer's is right here. */
  readonly quirk?: string;
  readonly expect?: { readonly status: number };
}

export async function readRecordings(clone: string): Promise<Recording[]> {
  const folder = join(clone, "test", "twin", "recordings");
  const files = (await readdir(folder)).sort();
  return Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(folder, file), "utf8")) as Recording),
  );
}
