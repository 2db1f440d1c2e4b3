import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { postgresUrl } from "../support/postgres";
import { DECISIONS, type Decisions, SOFT_DIFFERENCES } from "./decisions";
import { chosenHost, type Host, ownServer, replicas } from "./host";
import { play, type Verdict } from "./play";
import { lacking, openProps, type Props } from "./props";
import { Report } from "./report";
import { type Scenario, scenarios } from "./scenario";

jest.setTimeout(180_000);

const chosen = chosenHost();
const stages: { readonly title: string; readonly host: Host; readonly missing?: string }[] = chosen
  ? [{ title: "the server that was named", host: chosen }]
  : [
      { title: "this server", host: ownServer },
      {
        title: "two replicas on PostgreSQL",
        host: replicas,
        ...(!postgresUrl && { missing: "a PostgreSQL server" }),
      },
    ];

let props: Props;
beforeAll(async () => {
  props = await openProps();
});
afterAll(async () => {
  await props[Symbol.asyncDispose]();
});

/** Conversations that a real Portainer 2.23 had, with another server in its place. */
describe.each(stages)("$title", ({ title, host, missing: lacked }) => {
  const report = new Report();
  afterAll(() => {
    process.stdout.write(`${title}\n${report}`);
  });

  describe.each([...new Set(scenarios.map(({ area }) => area))])("%s", (area) => {
    for (const scenario of scenarios.filter((it) => it.area === area)) {
      const missing = [...lacking(scenario), ...(lacked ? [lacked] : [])];
      const name = missing.length > 0 ? `${scenario.name}, which needs ${missing.join(", ")}` : scenario.name;
      (missing.length > 0 ? test.skip : test)(name, async () => {
        const verdicts = await playOn(host, scenario);
        report.add(scenario, verdicts);
        expect(wrong(scenario, verdicts)).toEqual([]);
        if (host === chosen) return;
        // What is written in the documentation of these differences is all there is, and nothing of the past.
        expect(stepsWith("problems", scenario, verdicts)).toEqual(stepsOf(scenario, DECISIONS));
        expect(stepsWith("soft", scenario, verdicts)).toEqual(stepsOf(scenario, SOFT_DIFFERENCES));
      });
    }
  });
});

test("every decision is about a step that the recorder has marked as odd", () => {
  const odd = scenarios.flatMap(({ name, steps }) =>
    steps.filter(({ quirk }) => quirk).map(({ id }) => `${name}/${id}`),
  );
  for (const step of Object.keys(DECISIONS)) expect(odd).toContain(step);
});

async function playOn(host: Host, scenario: Scenario): Promise<Verdict[]> {
  const data = await mkdtemp(join(tmpdir(), "twin-data-"));
  await props.sweep();
  try {
    await using server = await host(data);
    const variables = { ...props.variables, data };
    return await play(scenario, { url: server.url, variables, fixtures: props.fixtures });
  } finally {
    await props.sweep();
    await rm(data, { recursive: true, force: true });
  }
}

const idOf = ({ name }: Scenario, { step }: Verdict): string => `${name}/${step.id}`;

const stepsWith = (kind: "problems" | "soft", scenario: Scenario, verdicts: readonly Verdict[]): string[] =>
  verdicts.filter((verdict) => verdict[kind].length > 0).map((verdict) => idOf(scenario, verdict));

const stepsOf = ({ name, steps }: Scenario, decisions: Decisions): string[] =>
  steps.map(({ id }) => `${name}/${id}`).filter((id) => id in decisions);

const wrong = (scenario: Scenario, verdicts: readonly Verdict[]): string[] =>
  verdicts
    .filter((verdict) => verdict.problems.length > 0 && !(idOf(scenario, verdict) in DECISIONS))
    .map(({ step, problems }) => `${step.id} ${step.method} ${step.path}: ${problems.join("; ")}`);
