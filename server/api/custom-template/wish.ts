import type { z } from "zod";
import { type contract, isUrl, type NewTemplate } from "../../../contract";
import { HttpError } from "../../http-error";
import type { CustomTemplateRecord } from "../../store/records";

export type TemplateWish = Pick<
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

/** What is wrong with a template, in Portainer's order. `source` is its content, or where that comes from. */
export function problemWith(wish: NewTemplate, source: string | undefined): string | undefined {
  const { Title, Description, Note = "", Platform, Type = 0, Variables = [] } = wish;
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

export function problemWithRepository(wish: NewTemplate): string | undefined {
  return isUrl(wish.RepositoryURL ?? "") ? problemWithLogin(wish) : URL_RULE;
}

export function problemWithLogin(wish: NewTemplate): string | undefined {
  const isComplete = wish.RepositoryUsername && wish.RepositoryPassword;
  return wish.RepositoryAuthentication && !isComplete
    ? "Invalid repository credentials. Username and password must be specified when authentication is enabled"
    : undefined;
}

/** Throws 500 for what is wrong: a better status would be a surprise to clients. */
export function readWish(wish: NewTemplate, source: string | undefined): TemplateWish {
  const problem = problemWith(wish, source);
  if (problem) throw new HttpError(500, "Unable to create custom template", problem);
  return {
    Title: wish.Title ?? "",
    Description: wish.Description ?? "",
    Note: wish.Note ?? "",
    Platform: wish.Platform ?? 0,
    Logo: wish.Logo ?? "",
    Type: wish.Type ?? 0,
    Variables: wish.Variables ?? null,
    IsComposeFormat: wish.IsComposeFormat ?? false,
    EdgeTemplate: wish.EdgeTemplate ?? false,
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
