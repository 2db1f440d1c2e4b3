import { parseArgs } from "node:util";
import { messageOf, ProviderError } from "../provider/core/errors";
import { examine } from "./doctor/examine";
import type { Limits } from "./doctor/finding";
import { EXIT_CODES } from "./doctor/report";
import { textOf } from "./doctor/text";
import { commandSettings } from "./settings";
import { UsageError } from "./usage-error";

const HELP = `Usage: pulumi-portainer doctor [options]

Says how a Portainer server and its environments are, and what these credentials may do. Nothing is changed.

Options:
      --url <url>            The Portainer server [default: PORTAINER_URL]
  -e, --endpoint <id|name>   Only this environment; may be given again [default: all]
      --timeout <seconds>    How long an engine may take to answer [default: 10]
      --warn-days <days>     A certificate that has fewer days left is a warning [default: 30]
      --critical-days <days> A certificate that has fewer days left is critical [default: 7]
      --key-age <days>       An API key that is older is a warning [default: any age will do]
      --json                 Print the report as JSON
      --help

Ends with 0 if all is well, 1 for a warning, 2 if something is critical, 3 if something could not be found out.
Credentials: PORTAINER_API_KEY, or PORTAINER_USERNAME and PORTAINER_PASSWORD; TLS and more as for the provider.
`;

const OPTIONS = {
  url: { type: "string" },
  endpoint: { type: "string", short: "e", multiple: true, default: [] as string[] },
  timeout: { type: "string", default: "10" },
  "warn-days": { type: "string", default: "30" },
  "critical-days": { type: "string", default: "7" },
  "key-age": { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

export async function doctor(args: string[]): Promise<void> {
  const flags = parse(args);
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  const report = await examined(flags);
  process.stdout.write(flags.json ? `${JSON.stringify(report, undefined, 2)}\n` : textOf(report));
  process.exitCode = EXIT_CODES[report.status];
}

async function examined(flags: ReturnType<typeof parse>) {
  try {
    return await examine(commandSettings(flags.url), limitsOf(flags));
  } catch (error) {
    if (error instanceof ProviderError || error instanceof TypeError) throw unusable(messageOf(error));
    throw error;
  }
}

function limitsOf(flags: ReturnType<typeof parse>): Limits {
  const { "key-age": keyAge } = flags;
  return {
    endpoints: flags.endpoint,
    timeout: wholeNumber("--timeout", flags.timeout),
    warnDays: wholeNumber("--warn-days", flags["warn-days"]),
    criticalDays: wholeNumber("--critical-days", flags["critical-days"]),
    keyAge: keyAge === undefined ? undefined : wholeNumber("--key-age", keyAge),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw unusable(`${(error as Error).message}\nSee pulumi-portainer doctor --help.`);
  }
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw unusable(`${flag} ${text}: expected a whole number.`);
  return Number(text);
}

/** Monitoring takes any other exit code for a finding about the server. */
const unusable = (message: string): UsageError => new UsageError(message, EXIT_CODES.unknown);
