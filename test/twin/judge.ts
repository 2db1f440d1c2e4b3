import { differences, short } from "./compare";
import type { Step } from "./scenario";
import type { Answer } from "./send";
import { fill, type Variables } from "./variables";

/** In what an answer differs from the recorded one. */
export interface Findings {
  readonly problems: readonly string[];
  /** Differences that no client can rely on: an error's `details` and its text where it is no JSON. */
  readonly soft: readonly string[];
}

export function judge(step: Step, answer: Answer, variables: Variables): Findings {
  const { expect: expected } = step;
  if (!expected) return { problems: [], soft: [] };
  if (answer.status !== expected.status) {
    const problem = `status ${expected.status} expected, got ${answer.status} ${short(answer.body)}`;
    return { problems: [problem], soft: [] };
  }
  const isError = answer.status >= 400 || answer.status === 303 || answer.status === 0;
  const body = judgeBody(step, answer, fill(expected.body, variables), isError);
  const headers = judgeHeaders(step, answer, variables, isError);
  return { problems: [...body.problems, ...headers.problems], soft: [...body.soft, ...headers.soft] };
}

const asProblems = (problems: readonly string[]): Findings => ({ problems, soft: [] });
const asSoft = (soft: readonly string[]): Findings => ({ problems: [], soft });

function judgeBody({ expect }: Step, answer: Answer, body: unknown, isError: boolean): Findings {
  if (!expect || !("body" in expect)) return asProblems([]);
  const text = textOf(body);
  const isAnything = expect.volatile?.includes("") ?? false;
  if (text !== undefined || body === null) {
    const fits = text !== undefined && isAnything ? answer.body !== null : isSameText(answer, text);
    const difference = `${text === undefined ? "no body" : `text ${short(text)}`} expected, got ${short(answer.body)}`;
    return (isError ? asSoft : asProblems)(fits ? [] : [difference]);
  }
  if (!answer.isJson) return asProblems([`JSON expected, got ${short(answer.body)}`]);
  const found = differences(body, answer.body, expect);
  const isSoft = (difference: string) => isError && difference.startsWith("/details");
  return {
    problems: found.filter((difference) => !isSoft(difference)),
    soft: found.filter(isSoft),
  };
}

function isSameText(answer: Answer, text: string | undefined): boolean {
  return text === undefined ? answer.raw.length === 0 : textOf(answer.body) === text;
}

function judgeHeaders({ expect }: Step, answer: Answer, variables: Variables, isError: boolean): Findings {
  const isText = textOf(expect?.body) !== undefined || expect?.body === null || !answer.isJson;
  const found = Object.entries(expect?.headers ?? {}).map(([name, wanted]): Findings => {
    if (Array.isArray(wanted)) return asProblems(missingCookies(answer, wanted));
    const [value] = [answer.headers[name.toLowerCase()]].flat();
    const asFound = name === "Content-Type" && (isError || isText) ? asSoft : asProblems;
    if (value === undefined) return asFound([`header ${name} is missing`]);
    if (wanted === "*") return asProblems([]);
    const fits =
      name === "Content-Type" ? media(value) === media(wanted) : value === String(fill(wanted, variables));
    return asFound(fits ? [] : [`header ${name}: ${wanted} expected, got ${value}`]);
  });
  return {
    problems: found.flatMap(({ problems }) => problems),
    soft: found.flatMap(({ soft }) => soft),
  };
}

function missingCookies({ headers }: Answer, names: readonly string[]): string[] {
  const set = [headers["set-cookie"] ?? []].flat().map((cookie) => cookie.split("=")[0]?.trim());
  return names.filter((name) => !set.includes(name)).map((name) => `cookie ${name} is not set`);
}

function textOf(body: unknown): string | undefined {
  if (body === null || typeof body !== "object" || Object.keys(body).join() !== "text") return undefined;
  return (body as { text: string }).text;
}

const media = (value: string): string => (value.split(";")[0] ?? "").trim().toLowerCase();
