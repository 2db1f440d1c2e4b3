import { parseArgs } from "node:util";
import { isApiError, isConnectionError } from "../client";
import { connect, disconnect } from "../provider/connection";
import { messageOf, ProviderError } from "../provider/core/errors";
import { chosen, isDocker } from "./environments";
import { type Checked, checkEnvironment, type Verdict } from "./outdated/compare";
import { readLogins } from "./outdated/logins";
import { commandSettings } from "./settings";
import { UsageError } from "./usage-error";

const HELP = `Usage: pulumi-portainer outdated [options]

Lists the containers whose tag has moved: their registry has another image under it by now. Nothing is pulled or changed.

Options:
      --url <url>             The Portainer server [default: PORTAINER_URL]
  -e, --endpoint <id|name>    Only this environment; may be given again [default: all Docker environments]
      --docker-config <file>  A config.json as docker login writes it, for private registries
      --all                   List the other containers, too
      --json                  Print all of them as JSON
      --help

Ends with 0 if no tag has moved, 1 if one has, 3 if a registry or an environment could not be asked.
Credentials: PORTAINER_API_KEY, or PORTAINER_USERNAME and PORTAINER_PASSWORD; TLS and more as for the provider.
`;

const OPTIONS = {
  url: { type: "string" },
  endpoint: { type: "string", short: "e", multiple: true, default: [] as string[] },
  "docker-config": { type: "string" },
  all: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const EXIT_CODES = { current: 0, moved: 1, unknown: 3 } as const;

/** An environment whose containers could not be listed. */
interface Unreachable {
  readonly endpointId: number;
  readonly environment: string;
  readonly reason: string;
}

export async function outdated(args: string[]): Promise<void> {
  const flags = parse(args);
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  const { containers, unreachable } = await checkAll(flags);
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ containers, unreachable }, undefined, 2)}\n`
      : textOf(containers, unreachable, flags.all),
  );
  process.exitCode = exitCodeOf(containers, unreachable);
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new UsageError(
      `${(error as Error).message}\nSee pulumi-portainer outdated --help.`,
      EXIT_CODES.unknown,
    );
  }
}

async function checkAll(
  flags: ReturnType<typeof parse>,
): Promise<{ readonly containers: Checked[]; readonly unreachable: Unreachable[] }> {
  const { "docker-config": dockerConfig } = flags;
  const logins = dockerConfig === undefined ? {} : readLogins(dockerConfig);
  try {
    const connection = connect(commandSettings(flags.url));
    const all = await connection.client.endpoints.list({ query: { excludeSnapshots: "true" } });
    const endpoints = chosen(all.filter(isDocker), flags.endpoint, EXIT_CODES.unknown);
    const results = await Promise.all(
      endpoints.map(async (endpoint) => {
        try {
          return { containers: await checkEnvironment(connection, endpoint, logins), unreachable: [] };
        } catch (error) {
          if (!isExpected(error)) throw error;
          const { Id: endpointId, Name: environment } = endpoint;
          return { containers: [], unreachable: [{ endpointId, environment, reason: messageOf(error) }] };
        }
      }),
    );
    return {
      containers: results.flatMap(({ containers }) => containers),
      unreachable: results.flatMap(({ unreachable }) => unreachable),
    };
  } catch (error) {
    if (isExpected(error) || error instanceof TypeError)
      throw new UsageError(messageOf(error), EXIT_CODES.unknown);
    throw error;
  } finally {
    await disconnect();
  }
}

const isExpected = (error: unknown): boolean =>
  isApiError(error) || isConnectionError(error) || error instanceof ProviderError;

function exitCodeOf(containers: readonly Checked[], unreachable: readonly Unreachable[]): number {
  const has = (verdict: Verdict) => containers.some((one) => one.verdict === verdict);
  if (has("moved")) return EXIT_CODES.moved;
  return has("unknown") || unreachable.length > 0 ? EXIT_CODES.unknown : EXIT_CODES.current;
}

function textOf(containers: readonly Checked[], unreachable: readonly Unreachable[], all: boolean): string {
  const moved = containers.filter(({ verdict }) => verdict === "moved").length;
  const listed = containers.filter(({ verdict }) => all || verdict === "moved" || verdict === "unknown");
  const environments = [...new Set(listed.map(({ environment }) => environment))];
  return [
    `${moved} of ${containers.length} containers have a tag that has moved`,
    ...environments.flatMap((name) => [
      "",
      name,
      ...listed.filter(({ environment }) => environment === name).map(lineOf),
    ]),
    ...unreachable.flatMap(({ environment, reason }) => ["", environment, `  unknown: ${reason}`]),
    "",
  ].join("\n");
}

function lineOf({ container, image, verdict, current, latest, reason }: Checked): string {
  const details =
    verdict === "moved" ? `: ${short(current)} -> ${short(latest ?? "")}` : reason ? `: ${reason}` : "";
  return `  ${verdict}  ${container}  ${image}${details}`;
}

/** As Docker shortens it. */
const short = (digest: string): string => digest.slice(0, "sha256:".length + 12);
