import { NotConvertible, readProgram } from "./examples/program.mts";
import { pythonOf } from "./examples/python.mts";
import { yamlOf } from "./examples/yaml.mts";
import type { PackageSpec } from "./spec.mts";

const LANGUAGES = { yaml: yamlOf, python: pythonOf };

/** An example in the languages that it can be converted to, by their names. */
export function convertedExample(source: string, schema: PackageSpec): Map<string, string> {
  const programs = Object.entries(LANGUAGES).flatMap(([language, write]): [string, string][] => {
    try {
      return source === "" ? [] : [[language, write(readProgram(source, schema))]];
    } catch (error) {
      if (error instanceof NotConvertible) return [];
      throw error;
    }
  });
  return new Map(programs);
}

/** Fenced blocks, one for each language. */
export const blocksOf = (programs: ReadonlyMap<string, string>): string[] =>
  [...programs].map(([language, code]) => `\`\`\`${language}\n${code}\`\`\``);

/** The part of a description that Pulumi's tools show in the reader's language. */
export function exampleSection(source: string, schema: PackageSpec): string {
  const blocks = blocksOf(convertedExample(source, schema));
  if (blocks.length === 0) return "";
  const parts = ["{{% examples %}}", "## Example Usage", "{{% example %}}", ...blocks];
  return `\n\n${parts.join("\n\n")}\n\n{{% /example %}}\n{{% /examples %}}`;
}
