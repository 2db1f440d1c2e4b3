import { type ChildProcess, spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { text } from "node:stream/consumers";

/** What a run of the Pulumi CLI was given. */
export interface CliRun {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where the CLI writes what it does, as lines of JSON. */
  readonly eventLog?: string;
}

/** How a resource's step is called in the event log: `same`, `create`, `update`, `delete`, `replace`, `refresh` … */
export type Op = string;

/** A step of one resource. */
export interface Step {
  readonly op: Op;
  readonly urn: string;
  /** The resource's name in the program. */
  readonly name: string;
  /** The properties that differ, as the engine shows them. */
  readonly diffs: readonly string[];
  readonly detailed: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
}

/** What came of it. */
export interface CliResult {
  readonly code: number | null;
  /** Everything that was printed, on both channels. */
  readonly output: string;
  readonly steps: readonly Step[];
  /** How many resources there were of each step. */
  readonly changes: Readonly<Record<Op, number>>;
  /** What was said under Diagnostics, one line each: `web: error: …`. */
  readonly diagnostics: readonly string[];
  /** The steps of one resource. */
  of(name: string): readonly Op[];
}

/** A run of the CLI that has been started. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly done: Promise<CliResult>;
}

export function startCli(binary: string, { args, cwd, env, eventLog }: CliRun): RunningCli {
  const child = spawn(binary, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const code = new Promise<number | null>((resolve, reject) =>
    child.once("close", resolve).once("error", reject),
  );
  const printed = Promise.all([text(child.stdout), text(child.stderr)]);
  const finish = async (): Promise<CliResult> => {
    const output = (await printed).join("\n");
    const ended = await code;
    return { code: ended, output, ...digest(eventLog === undefined ? [] : await events(eventLog)) };
  };
  return { child, done: finish() };
}

interface Metadata {
  readonly op: Op;
  readonly urn: string;
  readonly diffs?: readonly string[] | null;
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
}

interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: Metadata };
  readonly resOpFailedEvent?: { readonly metadata: Metadata };
  readonly resOutputsEvent?: { readonly metadata: Metadata };
  readonly diagnosticEvent?: {
    readonly urn?: string;
    readonly message: string;
    readonly severity: string;
    readonly ephemeral?: boolean;
  };
  readonly summaryEvent?: { readonly resourceChanges?: Readonly<Record<Op, number>> | null };
}

async function events(file: string): Promise<EngineEvent[]> {
  const lines = (await text(createReadStream(file)).catch(() => "")).split("\n");
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as EngineEvent];
    } catch {
      return []; // The last line of a CLI that was killed.
    }
  });
}

function digest(log: readonly EngineEvent[]): Omit<CliResult, "code" | "output"> {
  const steps = log.flatMap(({ resourcePreEvent, resOpFailedEvent, resOutputsEvent }): Step[] => {
    const { metadata } = resourcePreEvent ?? resOpFailedEvent ?? resOutputsEvent ?? {};
    if (!metadata) return [];
    const isRefresh = resOutputsEvent !== undefined;
    if (isRefresh && metadata.op !== "refresh") return [];
    return [
      {
        op: metadata.op,
        urn: metadata.urn,
        name: metadata.urn.split("::").at(-1) ?? "",
        diffs: metadata.diffs ?? [],
        detailed: metadata.detailedDiff ?? {},
        failed: resOpFailedEvent !== undefined,
      },
    ];
  });
  return {
    steps,
    changes: log.findLast(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {},
    diagnostics: log.flatMap(({ diagnosticEvent }) =>
      diagnosticEvent && !diagnosticEvent.ephemeral && diagnosticEvent.severity !== "debug"
        ? [
            `${diagnosticEvent.urn?.split("::").at(-1) ?? ""}: ${diagnosticEvent.severity}: ${plainText(diagnosticEvent.message).trim()}`,
          ]
        : [],
    ),
    of: (name) => steps.filter((step) => step.name === name).map(({ op }) => op),
  };
}

/** The engine marks colours as `<{%reset%}>`. */
const plainText = (message: string): string => message.replace(/<\{%[^%]*%\}>/g, "");
