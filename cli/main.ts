import { holdYoungHeap } from "./heap";
import { UsageError } from "./usage-error";

const USAGE = `Usage: pulumi-portainer <command> [options]

Commands:
  serve     Start a server that answers like Portainer
  import    Write a Pulumi program and an import file for what is there
  doctor    Say how a server and its environments are, and what the credentials may do
  outdated  List the containers whose tag has moved in its registry

pulumi-portainer <command> --help says more. pulumi-portainer --version names the version.
`;

const { version } = require("pulumi-portainer/package.json") as { version: string };

type Command = (args: string[]) => Promise<void>;

/** Each command loads its own modules: the server needs no client, and the import needs no server. */
const COMMANDS: Record<string, () => Command> = {
  serve: () => {
    holdYoungHeap();
    return (require("./serve") as typeof import("./serve")).serve;
  },
  import: () => (require("./import") as typeof import("./import")).importExisting,
  doctor: () => (require("./doctor") as typeof import("./doctor")).doctor,
  outdated: () => (require("./outdated") as typeof import("./outdated")).outdated,
};

/** Runs one command. A usage error prints its message on standard error, any other error its stack. */
export async function main([name, ...args]: string[]): Promise<void> {
  if (name === "--version" || name === "-v") return print(version);
  if (name === undefined || name === "--help" || name === "-h") return print(USAGE.trimEnd());
  const command = COMMANDS[name];
  try {
    if (!command) throw new UsageError(`There is no command ${name}; see pulumi-portainer --help.`);
    await command()(args);
  } catch (error) {
    process.stderr.write(`${error instanceof UsageError ? error.message : (error as Error).stack}\n`);
    process.exitCode = error instanceof UsageError ? error.exitCode : 1;
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
