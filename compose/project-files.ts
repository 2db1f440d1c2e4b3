/** What is in the configs and secrets of a project. */
import { readFileSync } from "node:fs";
import { SecretText } from "./plan";
import type { Project } from "./project";
import type { ComposeFileSource } from "./schema";

type Content = { readonly content: string | SecretText } | { readonly contentBase64: string | SecretText };

/** The content of a config or secret: a text, or, of a file that is none, base64. */
export function contentOf(project: Project, kind: "configs" | "secrets", name: string): Content {
  const source: Partial<ComposeFileSource> = project.model[kind][name] ?? {};
  const hide = (text: string) => (kind === "secrets" ? new SecretText(text) : text);
  if (source.content !== undefined) return { content: source.content };
  if (source.environment !== undefined) {
    const value = project.variables[source.environment];
    if (value === undefined)
      throw project.fault(
        [kind, name, "environment"],
        `the variable ${source.environment} is not set: give it in \`environment\` of the ComposeProject`,
      );
    return { content: hide(value) };
  }
  const bytes = read(source.file ?? "", project, kind, name);
  const text = bytes.toString("utf8");
  if (Buffer.from(text).equals(bytes)) return { content: hide(text) };
  return { contentBase64: hide(bytes.toString("base64")) };
}

function read(path: string, project: Project, kind: string, name: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw project.fault([kind, name, "file"], `the file cannot be read: ${(error as Error).message}`);
  }
}
