import type { z } from "zod";
import { type contract, isUrl, type NewTemplate } from "../../../contract";
import { HttpError } from "../../http-error";
import type { CustomTemplateRecord } from "../../store/records";

export type TemplateFields = Pick<
  CustomTemplateRecord,
  | "Title"
  | "Description"
  | "Note"
  | "Platform"
  | "Logo"
  | "Type"
  | "Variables"
  | "IsComposeFormat"
  | "EdgeTemplate"
>;

const KUBERNETES = 3;

/** The first problem with a template, in Portainer's order. `source` is its content or the URL of its repository. */
export function problemWith(template: NewTemplate, source: string | undefined): string | undefined {
  const { Title, Description, Note = "", Platform, Type = 0, Variables = [] } = template;
  if (!Title) return "Invalid custom template title";
  if (!Description) return "Invalid custom template description";
  if (!source) return "Invalid file content";
  if (Type !== KUBERNETES && Platform !== 1 && Platform !== 2) return "Invalid custom template platform";
  if (![1, 2, KUBERNETES].includes(Type)) return "Invalid custom template type";
  if (/<img/.test(Note)) return "Invalid note. <img> tag is not supported";
  if (Variables.some(({ name }) => name === "")) return "variable name is required";
  if (Variables.some(({ label }) => label === "")) return "variable label is required";
  return undefined;
}

export const URL_RULE = "Invalid repository URL. Must correspond to a valid URL format";

export function problemWithRepository(template: NewTemplate): string | undefined {
  return isUrl(template.RepositoryURL ?? "") ? problemWithLogin(template) : URL_RULE;
}

export function problemWithLogin(template: NewTemplate): string | undefined {
  const isComplete = template.RepositoryUsername && template.RepositoryPassword;
  return template.RepositoryAuthentication && !isComplete
    ? "Invalid repository credentials. Username and password must be specified when authentication is enabled"
    : undefined;
}

/** Throws a 500 for an invalid template, because clients expect Portainer's status. */
export function readFields(template: NewTemplate, source: string | undefined): TemplateFields {
  const problem = problemWith(template, source);
  if (problem) throw new HttpError(500, "Unable to create custom template", problem);
  return {
    Title: template.Title ?? "",
    Description: template.Description ?? "",
    Note: template.Note ?? "",
    Platform: template.Platform ?? 0,
    Logo: template.Logo ?? "",
    Type: template.Type ?? 0,
    Variables: template.Variables ?? null,
    IsComposeFormat: template.IsComposeFormat ?? false,
    EdgeTemplate: template.EdgeTemplate ?? false,
  };
}

type Form = z.output<typeof contract.customTemplates.createFromFile.form>;

export function fromForm(form: Form): NewTemplate {
  const { Title, Description, Note, Logo } = form;
  return {
    Title,
    Description,
    Note,
    Logo,
    Platform: Number(form.Platform) || 0,
    Type: Number(form.Type) || 0,
    EdgeTemplate: form.EdgeTemplate === "true",
    Variables: readVariables(form.Variables),
  };
}

function readVariables(text: string | undefined): NewTemplate["Variables"] {
  if (!text) return undefined;
  try {
    return JSON.parse(text) as NewTemplate["Variables"];
  } catch (cause) {
    throw new HttpError(500, "Unable to create custom template", "invalid Variables parameter", { cause });
  }
}
