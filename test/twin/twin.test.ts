import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { DECISIONS } from "./decisions";
import { play, type Verdict } from "./play";
import { scenarios } from "./scenario";
import { lacking, openTheatre, type Theatre } from "./stage";

jest.setTimeout(180_000);

let theatre: Theatre;
const tally = new Map<string, { matched: number; judged: number }>();
beforeAll(async () => {
  theatre = await openTheatre();
});
afterAll(async () => {
  await theatre[Symbol.asyncDispose]();
  process.stdout.write(report());
});

/** Conversations that a real Portainer 2.23 had, with this server in its place. */
describe.each([...new Set(scenarios.map(({ area }) => area))])("%s", (area) => {
  const own = scenarios.filter((scenario) => scenario.area === area);
  test.each(own.map((scenario) => [scenario.name, scenario] as const))("%s", async (_name, scenario) => {
    const missing = lacking(scenario, theatre);
    if (missing.length > 0) return skip(scenario.name, missing);
    const verdicts = await theatre.stage((stage) => play(scenario, stage));
    count(area, verdicts);
    const wrong = verdicts
      .filter(({ step, problems }) => problems.length > 0 && !(`${scenario.name}/${step.id}` in DECISIONS))
      .map(({ step, problems }) => `${step.id} ${step.method} ${step.path}: ${problems.join("; ")}`);
    expect(wrong).toEqual([]);
  });
});

test("every decision is about a step that the recorder has marked as odd", () => {
  const odd = scenarios.flatMap(({ name, steps }) =>
    steps.filter(({ quirk }) => quirk).map(({ id }) => `${name}/${id}`),
  );
  for (const step of Object.keys(DECISIONS)) expect(odd).toContain(step);
});

/** `npm test` sets up an engine, so in CI there is one; a swarm and Docker Compose are used where they are. */
function skip(name: string, missing: readonly string[]): void {
  if (process.env["CI"] && missing.includes("engine")) throw new Error(`${name} needs ${missing.join(", ")}`);
  process.stderr.write(`Skipped: ${name} needs ${missing.join(", ")}\n`);
}

function count(area: string, verdicts: readonly Verdict[]): void {
  const sum = tally.get(area) ?? { matched: 0, judged: 0 };
  sum.judged += verdicts.length;
  sum.matched += verdicts.filter(({ problems }) => problems.length === 0).length;
  tally.set(area, sum);
}

function report(): string {
  const all = [...tally.values()];
  const matched = all.reduce((sum, area) => sum + area.matched, 0);
  const judged = all.reduce((sum, area) => sum + area.judged, 0);
  const areas = [...tally].map(([area, sum]) => `${area} ${sum.matched}/${sum.judged}`);
  return `Recorded steps matched: ${matched} of ${judged} (${areas.join(", ")})\n`;
}
