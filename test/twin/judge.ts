import { differences, short } from "./compare";
import type { Step } from "./scenario";
import type { Answer } from "./send";
import { fill, type Variables } from "./variables";

/** What is wrong with an answer. The texts of errors count only where clients can rely on them: in `message`. */
export function judge(step: Step, answer: Answer, variables: Variables): string[] {
  const expected = step.expect;
  if (!expected) return [];
  if (answer.status !== expected.status)
    return [`status ${expected.status} expected, got ${answer.status} ${short(answer.body)}`];
  const isError = answer.status >= 400 || answer.status === 303 || answer.status === 0;
  const body = fill(expected.body, variables);
  return [...bodyProblems(step, answer, body, isError), ...headerProblems(step, answer, variables, isError)];
}

function bodyProblems({ expect }: Step, answer: Answer, body: unknown, isError: boolean): string[] {
  if (!expect || !("body" in expect)) return [];
  const text = textOf(body);
  if (text !== undefined || body === null) {
    if (isError) return [];
    if (text === undefined)
      return answer.raw.length > 0 ? [`no body expected, got ${short(answer.body)}`] : [];
    const anything = expect.volatile?.includes("") ?? false;
    const fits = anything ? answer.body !== null : textOf(answer.body) === text;
    return fits ? [] : [`text ${short(text)} expected, got ${short(answer.body)}`];
  }
  if (!answer.isJson) return [`JSON expected, got ${short(answer.body)}`];
  const found = differences(body, answer.body, expect);
  return isError ? found.filter((difference) => !difference.startsWith("/details")) : found;
}

function headerProblems({ expect }: Step, answer: Answer, variables: Variables, isError: boolean): string[] {
  const isText = textOf(expect?.body) !== undefined || expect?.body === null || !answer.isJson;
  return Object.entries(expect?.headers ?? {}).flatMap(([name, wanted]) => {
    if (Array.isArray(wanted)) return missingCookies(answer, wanted);
    const [value] = [answer.headers[name.toLowerCase()]].flat();
    const isLoose = name === "Content-Type" && (isError || isText);
    if (value === undefined) return isLoose ? [] : [`header ${name} is missing`];
    if (wanted === "*" || isLoose) return [];
    const fits =
      name === "Content-Type" ? media(value) === media(wanted) : value === String(fill(wanted, variables));
    return fits ? [] : [`header ${name}: ${wanted} expected, got ${value}`];
  });
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
