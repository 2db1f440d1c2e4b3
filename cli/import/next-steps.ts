import type { Properties } from "../../provider/core/properties";
import type { SecretVariable } from "./program";
import type { ImportedResource } from "./resources";

/** What the command says at its end: what it has written, and what to do with it. */
export function nextSteps(
  { program: programFile, state }: { program: string; state: string },
  resources: readonly ImportedResource[],
  secrets: readonly SecretVariable[],
  known: Properties,
): string {
  const configs = (chosen: readonly SecretVariable[]) =>
    chosen.map(({ config }) => `  pulumi config set --secret ${quoted(config)}`).join("\n");
  const shown = secrets.filter(({ value, config }) => value !== undefined || known[config] !== undefined);
  const unknown = secrets.filter((secret) => !shown.includes(secret));
  const keep =
    shown.length === 0
      ? ""
      : `\nValues that look secret are not in the program. Set each (import.json has it, as plaintext), it is asked for:\n${configs(shown)}\n`;
  const ask =
    unknown.length === 0
      ? ""
      : `\nPortainer never shows these. Set each; the first preview shows it as a change, unless you run this again with --secrets:\n${configs(unknown)}\n`;
  const types = [...new Set(resources.map(({ type }) => type))];
  const counts = types.map((type) => {
    const count = resources.filter((one) => one.type === type).length;
    return `${count} ${plural(type, count)}`;
  });
  return `${programFile}: ${counts.join(", ")}; import it from your program's index.ts.
${state}: the state that they are to have. It holds secrets: remove it afterwards.
${keep}${ask}
Then:
  pulumi import --file ${quoted(state)} --generate-code=false
  pulumi preview
`;
}

const plural = (type: string, count: number): string =>
  count === 1 ? type : type.endsWith("y") ? `${type.slice(0, -1)}ies` : `${type}s`;

const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
