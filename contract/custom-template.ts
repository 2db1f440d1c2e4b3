import { z } from "zod";
import { FormFile, Id } from "./common";
import { ResourceControl } from "./resource-control";
import { live, route, source } from "./route";
import { GitConfig } from "./stack";

const Variable = z.object({
  name: z.string(),
  label: z.string(),
  defaultValue: z.string().optional(),
  description: z.string().optional(),
});

export const CustomTemplate = z.looseObject({
  Id,
  Title: z.string(),
  Description: z.string(),
  Note: z.string(),
  Platform: z.int(),
  Logo: z.string(),
  Type: z.int(),
  CreatedByUserId: z.int(),
  ResourceControl: ResourceControl.nullish(),
  Variables: z.array(Variable).nullish(),
  GitConfig: GitConfig.nullish(),
  EdgeTemplate: z.boolean().optional(),
  IsComposeFormat: z.boolean().optional(),
});
export type CustomTemplate = z.infer<typeof CustomTemplate>;

/** Checked by the server, which answers 500 for what is wrong, as Portainer does. */
const NewTemplate = z.object({
  Title: z.string().optional(),
  Description: z.string().optional(),
  Note: z.string().optional(),
  Platform: z.int().optional(),
  Type: z.int().optional(),
  Logo: z.string().optional(),
  FileContent: z.string().optional(),
  Variables: z.array(Variable).optional(),
  EdgeTemplate: z.boolean().optional(),
  RepositoryURL: z.string().optional(),
  RepositoryReferenceName: z.string().optional(),
  RepositoryAuthentication: z.boolean().optional(),
  RepositoryUsername: z.string().optional(),
  RepositoryPassword: z.string().optional(),
  ComposeFilePathInRepository: z.string().optional(),
  TLSSkipVerify: z.boolean().optional(),
  IsComposeFormat: z.boolean().optional(),
});
export type NewTemplate = z.infer<typeof NewTemplate>;

const FileContent = z.object({ FileContent: z.string() });

export const customTemplates = {
  list: route({
    method: "GET",
    path: "/custom_templates",
    access: "authenticated",
    summary: "List the custom templates that the caller may use",
    query: z.object({ edge: z.string().optional() }),
    response: z.array(CustomTemplate),
    verified: live,
  }),
  createFromString: route({
    method: "POST",
    path: "/custom_templates/create/string",
    access: "authenticated",
    since: "2.19",
    summary: "Create a custom template",
    body: NewTemplate,
    response: CustomTemplate,
    fails: { 500: "Something in the payload is wrong or missing." },
    verified: live,
  }),
  createFromFile: route({
    method: "POST",
    path: "/custom_templates/create/file",
    access: "authenticated",
    since: "2.19",
    summary: "Create a custom template from an uploaded file",
    form: z.object({
      Title: z.string().optional(),
      Description: z.string().optional(),
      Note: z.string().optional(),
      Platform: z.string().optional(),
      Type: z.string().optional(),
      Logo: z.string().optional(),
      Variables: z.string().optional(),
      EdgeTemplate: z.string().optional(),
      File: FormFile.optional(),
    }),
    response: CustomTemplate,
    fails: { 500: "Something in the payload is wrong or missing." },
    verified: live,
  }),
  createFromRepository: route({
    method: "POST",
    path: "/custom_templates/create/repository",
    access: "authenticated",
    since: "2.19",
    summary: "Create a custom template from a file in a git repository",
    body: NewTemplate,
    response: CustomTemplate,
    pace: "slow",
    fails: { 500: "Something in the payload is wrong or missing, or the repository cannot be read." },
    verified: source,
  }),
  createFromElsewhere: route({
    method: "POST",
    path: "/custom_templates/create/:method",
    access: "authenticated",
    since: "2.19",
    summary: "Refuse an unknown method of creating a custom template",
    response: CustomTemplate,
    fails: { 500: "Always." },
    verified: live,
  }),
  get: route({
    method: "GET",
    path: "/custom_templates/:id",
    access: "authenticated",
    summary: "Show a custom template",
    response: CustomTemplate,
    verified: live,
  }),
  file: route({
    method: "GET",
    path: "/custom_templates/:id/file",
    access: "authenticated",
    summary: "Show the file of a custom template",
    response: FileContent,
    verified: live,
  }),
  fetch: route({
    method: "PUT",
    path: "/custom_templates/:id/git_fetch",
    access: "authenticated",
    since: "2.19",
    summary: "Read the file of a custom template from its repository again",
    response: FileContent,
    pace: "slow",
    fails: { 500: "The repository cannot be read." },
    verified: source,
  }),
  update: route({
    method: "PUT",
    path: "/custom_templates/:id",
    access: "authenticated",
    summary: "Replace a custom template",
    body: NewTemplate,
    response: CustomTemplate,
    fails: {
      400: "Something in the payload is wrong or missing.",
      500: "The title is taken, or the repository cannot be read.",
    },
    verified: live,
  }),
  delete: route({
    method: "DELETE",
    path: "/custom_templates/:id",
    access: "authenticated",
    summary: "Delete a custom template",
    verified: live,
  }),
};
