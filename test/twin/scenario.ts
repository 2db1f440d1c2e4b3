import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A conversation that a real Portainer had. */
export interface Scenario {
  readonly name: string;
  readonly area: string;
  readonly about: string;
  /** What must be there besides the server: `engine`, `engine-tls`, `swarm`, `compose`… */
  readonly needs: readonly string[];
  readonly steps: readonly Step[];
}

export interface Step {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, unknown> | [string, unknown][];
  readonly headers?: Record<string, unknown>;
  /** `admin`: a token in this variable; `raw:admin`: without the word Bearer; `apikey:key`: an API key. */
  readonly as?: string;
  readonly json?: unknown;
  readonly form?: Record<string, unknown>;
  readonly multipart?: {
    readonly fields?: Record<string, unknown>;
    readonly files?: Record<string, FilePart>;
  };
  readonly tar?: Record<string, string>;
  readonly body?: string;
  /** Variables, by where in the answer their value is. */
  readonly capture?: Record<string, string>;
  /** Seconds to wait before. */
  readonly sleep?: number;
  readonly retry?: {
    readonly seconds: number;
    readonly until?: { status?: number; json?: Record<string, unknown> };
  };
  readonly nocheck?: boolean;
  /** Why a better answer than Portainer's is right here. */
  readonly quirk?: string;
  readonly expect?: Expected;
  /** `keep`: the parts of the answer that were recorded, where not all were. */
  readonly record?: { readonly keep?: readonly string[] };
}

export type FilePart = string | { readonly filename?: string; readonly content: string };

export interface Expected {
  readonly status: number;
  readonly headers?: Record<string, string | string[]>;
  /** JSON, or `{ text }`, or null for nothing. */
  readonly body?: unknown;
  /** JSON pointers where only the kind of value counts. */
  readonly volatile?: readonly string[];
  /** JSON pointers to what may be absent or anything. */
  readonly optional?: readonly string[];
  /** Arrays, by pointer, whose order does not count: sorted by this path into their items. */
  readonly unordered?: Record<string, string>;
}

const RECORDINGS = join(__dirname, "recordings");

export const scenarios: readonly Scenario[] = readdirSync(RECORDINGS)
  .sort()
  .map((file) => JSON.parse(readFileSync(join(RECORDINGS, file), "utf8")) as Scenario);
