import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { ModuleKind, transpileModule } from "typescript";
import type { RunningServer } from "../../server";
import { must, type Stack } from "./stack";

const BIN = resolve(__dirname, "../../dist/cli/bin.js");

/** The command `pulumi-portainer import`, and the program and state that it writes. */
export interface ImportCommand {
  /** Runs it. A non-zero exit code is an error with `stderr`. */
  run(args?: readonly string[], env?: object): Promise<{ stdout: string; stderr: string }>;
  /** The program that it wrote. */
  written(): Promise<string>;
  /** Makes it the stack's program, and takes the state over. */
  take(): Promise<void>;
}

/** The command against a server; it writes into the folder of the stack's program. */
export function importCommand(stack: Stack, server: RunningServer): ImportCommand {
  const { folder } = stack.program;
  const command: ImportCommand = {
    run: async (args = [], env = {}) =>
      await promisify(execFile)(process.execPath, [BIN, "import", "--out", folder, "--force", ...args], {
        env: { ...process.env, ...server.env, ...env },
      }),
    written: () => readFile(join(folder, "imported.ts"), "utf8"),
    async take() {
      const { outputText } = transpileModule(await command.written(), {
        compilerOptions: { module: ModuleKind.CommonJS },
      });
      await writeFile(join(folder, "imported.js"), outputText);
      await stack.program.write('require("./imported");');
      must(await stack.import(JSON.parse(await readFile(join(folder, "import.json"), "utf8")) as object));
    },
  };
  return command;
}
