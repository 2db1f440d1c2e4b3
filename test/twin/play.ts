import { setTimeout as sleep } from "node:timers/promises";
import { type Findings, judge } from "./judge";
import type { Scenario, Step } from "./scenario";
import { type Answer, type Fixtures, send } from "./send";
import { fill, lookup, MissingVariable, type Variables } from "./variables";

export interface Verdict extends Findings {
  readonly step: Step;
}

export interface Stage {
  readonly url: string;
  readonly variables: Variables;
  readonly fixtures: Fixtures;
}

const RETRY_EVERY = 300;

/** Plays a conversation against a server that has just started, and judges every answer. */
export async function play(scenario: Scenario, { url, variables, fixtures }: Stage): Promise<Verdict[]> {
  const known = { ...variables };
  const verdicts: Verdict[] = [];
  for (const step of scenario.steps) {
    const findings = await playStep(url, step, known, fixtures);
    if (!step.nocheck) verdicts.push({ step, ...findings });
  }
  return verdicts;
}

async function playStep(url: string, step: Step, known: Variables, fixtures: Fixtures): Promise<Findings> {
  try {
    if (step.sleep) await sleep(step.sleep * 1_000);
    const answer = await sendUntilGood(url, step, known, fixtures);
    for (const [name, where] of Object.entries(step.capture ?? {})) {
      delete known[name];
      const value = captured(answer, where);
      if (value !== undefined) known[name] = value;
    }
    return judge(step, answer, known);
  } catch (error) {
    if (error instanceof MissingVariable) return { problems: [error.message], soft: [] };
    throw error;
  }
}

async function sendUntilGood(url: string, step: Step, known: Variables, fixtures: Fixtures): Promise<Answer> {
  const end = Date.now() + (step.retry?.seconds ?? 0) * 1_000;
  for (;;) {
    const answer = await send(url, step, known, fixtures);
    if (Date.now() >= end || isGood(answer, step.retry?.until, known)) return answer;
    await sleep(RETRY_EVERY);
  }
}

function isGood(answer: Answer, until: NonNullable<Step["retry"]>["until"], known: Variables): boolean {
  const { status, json = {} } = (fill(until ?? {}, known) ?? {}) as NonNullable<typeof until>;
  return (
    (status === undefined || answer.status === status) &&
    Object.entries(json).every(([path, wanted]) => lookup(answer.body, path) === wanted)
  );
}

function captured(answer: Answer, where: string): unknown {
  if (where.startsWith("header:"))
    return [answer.headers[where.slice("header:".length).toLowerCase()]].flat()[0];
  if (where.startsWith("cookie:")) {
    const name = where.slice("cookie:".length);
    const cookies = [answer.headers["set-cookie"] ?? []].flat();
    return cookies
      .find((cookie) => cookie.startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .split(";")[0];
  }
  return lookup(answer.body, where);
}
