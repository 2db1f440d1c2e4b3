/** Files of variables, as `env_file` and `.env` name them: `NAME=value`, one a line. */
import { interpolate, type OnUnset, type Variables } from "./interpolate";
import { ComposeError } from "./source";

const LINE = /^\s*(?:export\s+)?([\w.-]+)\s*(?:(=)[ \t]*(.*))?$/;

/**
 * The variables of a file, in order. A value in single quotes is taken as it is; others may refer to variables, of the
 * file itself too. A name alone has the value that it has in `variables`.
 *
 * @param format `"raw"` takes everything behind the `=` as it is.
 */
export function parseEnvFile(
  text: string,
  file: string,
  variables: Variables,
  onUnset: OnUnset,
  format?: string,
): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const place = { file, line: at + 1 };
    const line = lines[at] ?? "";
    if (/^\s*(?:#.*)?$/.test(line)) continue;
    const [, name, equals, written = ""] = LINE.exec(line) ?? [];
    if (name === undefined) throw new ComposeError("this line is no variable: write NAME=value", place);
    if (equals === undefined) {
      if (variables[name] !== undefined) values[name] = variables[name];
      continue;
    }
    if (format === "raw") {
      values[name] = written;
      continue;
    }
    const known = { ...values, ...variables };
    const quote = /^["']/.exec(written)?.[0];
    if (quote === undefined) {
      const bare = written.replace(/(?:^|\s)#.*$/, "").trim();
      values[name] = interpolate(bare, known, place, onUnset);
      continue;
    }
    let quoted = written;
    while (!closes(quoted, quote)) {
      at += 1;
      if (at >= lines.length) throw new ComposeError(`the value of ${name} has no closing ${quote}`, place);
      quoted += `\n${lines[at]}`;
    }
    const inside = quoted.slice(1, endOf(quoted, quote));
    values[name] = quote === "'" ? inside : interpolate(unescaped(inside), known, place, onUnset);
  }
  return values;
}

const endOf = (text: string, quote: string): number => {
  for (let at = 1; at < text.length; at++) {
    if (text[at] === "\\" && quote === '"') at += 1;
    else if (text[at] === quote) return at;
  }
  return -1;
};
const closes = (text: string, quote: string): boolean => endOf(text, quote) > 0;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", $: "$$" };
const unescaped = (text: string): string =>
  text.replace(/\\([nrt$"\\])/g, (_all, letter: string) => ESCAPES[letter] ?? letter);
