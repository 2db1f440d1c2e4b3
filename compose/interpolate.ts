/** Variables in the values of a Compose file: `$X`, `${X:-default}`, `${X:?message}`, `${X:+instead}`; `$$` is a dollar. */
import { ComposeError, mapScalars, type Place, type Tree } from "./source";

export type Variables = Readonly<Record<string, string>>;

/** Hears of a variable that is not set, for which nothing is put in. */
export type OnUnset = (name: string, place: Place) => void;

/** Puts the variables into all values. Keys stay as they are. */
export const interpolateTree = (tree: Tree, variables: Variables, onUnset: OnUnset): Tree =>
  mapScalars(tree, (scalar) => {
    if (typeof scalar.value !== "string" || !scalar.value.includes("$")) return scalar;
    const value = interpolate(scalar.value, variables, scalar.place, onUnset);
    return { ...scalar, value };
  });

const NAME = /^[A-Za-z_]\w*/;

export function interpolate(text: string, variables: Variables, place: Place, onUnset: OnUnset): string {
  let result = "";
  let rest = text;
  const within = (part: string) => interpolate(part, variables, place, onUnset);
  for (;;) {
    const at = rest.indexOf("$");
    if (at < 0) return result + rest;
    result += rest.slice(0, at);
    rest = rest.slice(at + 1);
    if (rest.startsWith("$")) {
      result += "$";
      rest = rest.slice(1);
      continue;
    }
    const [plain] = NAME.exec(rest) ?? [];
    if (plain !== undefined) {
      result += valueFor(plain, "", "", variables, place, onUnset, within);
      rest = rest.slice(plain.length);
      continue;
    }
    const end = rest.startsWith("{") ? closingBrace(rest) : -1;
    const [, name, operator = "", word = ""] =
      /^([A-Za-z_]\w*)(?:(:?[-?+])([\s\S]*))?$/.exec(end < 0 ? "" : rest.slice(1, end)) ?? [];
    if (name === undefined)
      throw new ComposeError(
        `${JSON.stringify(text)} has a "$" that begins no variable: write "\${NAME}", or "$$" for a dollar`,
        place,
      );
    result += valueFor(name, operator, word, variables, place, onUnset, within);
    rest = rest.slice(end + 1);
  }
}

function valueFor(
  name: string,
  operator: string,
  word: string,
  variables: Variables,
  place: Place,
  onUnset: OnUnset,
  within: (text: string) => string,
): string {
  const value = variables[name];
  // With a colon, an empty value counts as none.
  const isGiven = value !== undefined && !(operator.startsWith(":") && value === "");
  if (operator.endsWith("+")) return isGiven ? within(word) : "";
  if (isGiven) return value;
  if (operator.endsWith("-")) return within(word);
  if (operator.endsWith("?"))
    throw new ComposeError(
      `the variable ${name} is not set${word === "" ? "" : `: ${within(word)}`}. Give it in \`environment\` of the ComposeProject, or in the file .env of the project`,
      place,
    );
  onUnset(name, place);
  return "";
}

/** The index of the brace that closes the first one. */
function closingBrace(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "{" && (at === 0 || text[at - 1] === "$")) depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}
