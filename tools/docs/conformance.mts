import { page, table } from "./markdown.mts";
import type { RecordedStep, Recording } from "./recordings.mts";

/** What is decided of recorded steps, by conversation and step. */
export interface Decided {
  /** Where the answer differs. */
  readonly differing: Readonly<Record<string, string>>;
  /** Where it differs in what no client can rely on. */
  readonly soft: Readonly<Record<string, string>>;
}

interface Played extends RecordedStep {
  /** Conversation and step. */
  readonly name: string;
  readonly area: string;
}

const COMMANDS = `\`\`\`sh
npm run twin -- -t tags-crud
TWIN_START='portainer --bind 127.0.0.1:{port} --data {data}' npm run twin
TWIN_URL=http://127.0.0.1:9000 TWIN_RESET='./make-it-fresh' npm run twin
\`\`\``;

/** What the twin suite finds; it fails where it finds anything else. */
export function conformancePage(recordings: readonly Recording[], { differing, soft }: Decided): string {
  const steps = recordings.flatMap(({ name, area, steps }) =>
    steps
      .filter(({ nocheck }) => !nocheck)
      .map((step): Played => ({ ...step, name: `${name}/${step.id}`, area })),
  );
  const differs = ({ name }: Played) => name in differing;
  const odd = steps.filter(({ quirk }) => quirk);
  const followed = odd.filter((step) => !differs(step));
  return page(
    "Conformance",
    `A real Portainer 2.23.0 was recorded in front of a real Docker engine: ${recordings.length} conversations, ${steps.length} steps that are judged in status, headers, body and message. This server answers ${steps.length - steps.filter(differs).length} of them as Portainer does. The others Portainer itself answers oddly.`,
    "`npm run twin` plays them, in a clone of the repository, against this server. It is part of `npm test`, and fails where this page is not true. Every conversation begins with a fresh server, so other servers are played against by a command that starts one:",
    COMMANDS,
    areaTable(recordings, steps, differs),
    "## Where it answers otherwise",
    table(
      ["Step", "Request", "Portainer", "This server"],
      odd.filter(differs).map((step) => [...cellsOf(step), differing[step.name] ?? ""]),
    ),
    "## Odd, and followed all the same",
    table(["Step", "Request", "Portainer"], followed.map(cellsOf)),
    "## Differences that no client can rely on",
    "The status and `message` of these are the same.",
    table(
      ["Step", "Request", "Portainer", "This server"],
      steps.filter(({ name }) => name in soft).map((step) => [...cellsOf(step), soft[step.name] ?? ""]),
    ),
  );
}

function areaTable(
  recordings: readonly Recording[],
  steps: readonly Played[],
  differs: (step: Played) => boolean,
): string {
  const areas = [...new Set(recordings.map(({ area }) => area))].sort();
  const rows = areas.map((area) => {
    const own = steps.filter((step) => step.area === area);
    const conversations = recordings.filter((recording) => recording.area === area).length;
    return [area, conversations, own.length, own.length - own.filter(differs).length].map(String);
  });
  return table(["Area", "Conversations", "Steps", "The same"], rows);
}

function cellsOf({ name, method, path, expect, quirk }: Played): string[] {
  const request = `\`${method} ${path.replace(/^\/api/, "")}\``;
  return [name, request, quirk ? `${expect?.status}: ${quirk}` : String(expect?.status ?? "")];
}
