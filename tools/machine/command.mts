import { type SpawnOptions, spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { basename, delimiter, join } from "node:path";

const interrupted = new AbortController();
const terminated = new AbortController();

/** Aborted by Ctrl-C or a signal to end: waits stop, nothing new is started, and `finally` blocks take down what runs. */
export const interruption: AbortSignal = interrupted.signal;

/**
 * Aborted only by a signal that other processes do not get. Ctrl-C reaches the programs started here by itself, and a second
 * signal would tell some of them, Pulumi first, to drop everything at once.
 */
const termination: AbortSignal = terminated.signal;

export const INTERRUPTED_EXIT_CODE = 130;

/** From here on a signal lets the program clean up instead of killing it at once. */
export function cleanUpWhenInterrupted(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      interrupted.abort(new Error(`interrupted by ${signal}`));
      if (signal !== "SIGINT") terminated.abort();
    });
  }
}

interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Standard input: the way in for secrets, which others could read among the arguments. */
  input?: string;
  /** Run it also after an interruption: for what takes things down. */
  always?: boolean;
  /** Lines that only say how far it is: no error is explained by them, and they would push out those that do. */
  progress?: RegExp;
  /** Every line of output, as it comes. */
  onLine?: (line: string) => void;
}

const LINES_KEPT_FOR_THE_ERROR = 30;

/** Runs a program without a shell and returns its standard output. */
export async function run(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  let stdout = "";
  const lastLines: string[] = [];
  const child = start(command, args, options, ["pipe", "pipe", "pipe"]);
  child.stdin?.end(options.input);
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  for (const stream of [child.stdout, child.stderr]) {
    readLines(stream, (line) => {
      if (!options.progress?.test(line)) lastLines.push(line);
      if (lastLines.length > LINES_KEPT_FOR_THE_ERROR) lastLines.shift();
      options.onLine?.(line);
    });
  }
  const code = await exitCodeOf(child);
  if (code !== 0) throw new CommandError(command, args, code, lastLines.join("\n"));
  return stdout;
}

/** Runs a program on this terminal and returns its exit code. */
export function show(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<number> {
  return exitCodeOf(start(command, args, options, ["ignore", "inherit", "inherit"]));
}

/** The full path of a program on PATH, or `undefined`. */
export async function which(program: string, { PATH = "" } = process.env): Promise<string | undefined> {
  for (const folder of PATH.split(delimiter).filter(Boolean)) {
    const candidate = join(folder, program);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(command: string, args: readonly string[], code: number, output: string) {
    super(`${[basename(command), ...args].join(" ")} ended with ${code}${output && `:\n${output}`}`);
  }
}

function start(
  command: string,
  args: readonly string[],
  options: CommandOptions,
  stdio: SpawnOptions["stdio"] & {},
) {
  const { cwd, env = process.env, always = false } = options;
  if (!always) interruption.throwIfAborted();
  return spawn(command, args, { ...(cwd && { cwd }), env, ...(!always && { signal: termination }), stdio });
}

/** An interrupted program counts as ended only when it is gone, so that what it used can be taken down after it. */
function exitCodeOf(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    child.on("error", (error) => {
      if (child.pid === undefined) reject(error);
      failure = error;
    });
    child.on("close", (code) => (failure ? reject(failure) : resolve(code ?? 1)));
  });
}

function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = "";
  stream?.on("data", (chunk: Buffer | string) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  });
  stream?.on("end", () => rest && onLine(rest));
}
