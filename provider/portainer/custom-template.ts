import { z } from "zod";
import { type CustomTemplate, type NewTemplate, ResourceType } from "../../contract";
import { AssetSchema } from "../core/asset";
import type { Context, Definition, State } from "../core/definition";
import { equal } from "../core/diff";
import { Unfinished, unlessNotFound } from "../core/errors";
import { type Installed, portainerObject } from "../core/object";
import type { Properties } from "../core/properties";
import { filledIn } from "../core/schema";
import type { Failure } from "../core/validate";
import {
  AccessSchema,
  canonicalAccess,
  type Ownership,
  ownershipOf,
  readAccess,
  refreshedAccess,
  setAccess,
} from "../docker/access";
import { canonicalGit, fullReference, hashOf, sourceFailures } from "./stack/schema";
import { credentials, pick, textOf } from "./stack/wire";

const TYPES = { swarm: 1, standalone: 2, kubernetes: 3 } as const;
const PLATFORMS = { linux: 1, windows: 2 } as const;

const VariableSchema = z.strictObject({
  /** Its name in the file. */
  name: z.string().min(1, "the name is empty"),
  /** What the form of a new stack calls it. */
  label: z.string().min(1, "the label is empty"),
  /** What it has if nobody fills it in. @default none */
  defaultValue: z.string().optional(),
  /** What it is for. @default none */
  description: z.string().optional(),
});

const RepositorySchema = z.strictObject({
  /** The repository's URL, `"https://github.com/shop/deploy"`. */
  url: z.url({ protocol: /^https?$/, error: "is the http:// or https:// URL of a repository" }),
  /** The branch or tag: `"main"`, `"refs/tags/v1"`. @default the repository's default branch */
  reference: z.string().min(1, "the reference is empty").optional(),
  /** The file in the repository. @default "docker-compose.yml" */
  path: z.string().min(1, "the path is empty").optional(),
  /** The user to log in as; with `password`. */
  username: z.string().min(1, "the username is empty").optional(),
  /** The password or token. Secret; Portainer does not show it, so a password changed there is not seen. */
  password: z.string().min(1, "the password is empty").optional(),
  /** Whether to accept any certificate of the repository's server. @default false */
  skipVerify: z.boolean().optional(),
});
type Repository = z.output<typeof RepositorySchema>;

const fields = {
  /** The title, which no other template has. Portainer: `Title`. @default the resource's name */
  title: filledIn(z.string().min(1, "the title is empty")),
  /** What the template is, in the list of templates. Portainer: `Description`. */
  description: z.string().min(1, "the description is empty"),
  /** What whoever deploys it is told, in HTML without images. Portainer: `Note`. @default not managed; none in a new template */
  note: z
    .string()
    .regex(/^(?![\s\S]*<img)/, "Portainer refuses a note with an <img>")
    .optional(),
  /** Whether its images are of Linux or Windows. Portainer: `Platform`. @default "linux" */
  platform: z.enum(["linux", "windows"]).default("linux"),
  /** What it deploys: a stack of one engine or of a swarm, or a manifest of Kubernetes. Portainer: `Type`. @default "standalone" */
  type: z.enum(["standalone", "swarm", "kubernetes"]).default("standalone"),
  /** The URL of a picture. Portainer: `Logo`. @default not managed; none in a new template */
  logo: z.string().optional(),
  /** The Compose file or manifest: its text, or an asset. Either this or `git`. Portainer: `FileContent`. */
  content: z.union([z.string().min(1, "the file is empty"), AssetSchema]).optional(),
  /** The git repository with the file, which Portainer reads when the template is made or changed. Either this or `content`; another one of the two replaces the template. */
  git: RepositorySchema.optional(),
  /** What whoever deploys it fills in. Portainer: `Variables`. @default not managed; none in a new template */
  variables: z.array(VariableSchema).optional(),
  /**
   * What to do when a template with this title exists: `"matching"` adopts it if it is as desired, `"replace"` adopts it
   * and changes it. Destroying the resource then deletes it. @default refuse
   */
  adopt: z.enum(["matching", "replace"]).optional(),
};

export const CustomTemplateSchema = z.object({
  ...fields,
  /**
   * Who may use the template besides administrators: `"public"`, `"administrators"` (nobody else), or users and teams by
   * id, name or resource. Portainer: `ResourceControl`. @default not managed; a new template is its creator's
   */
  access: AccessSchema.optional(),
});
export type CustomTemplateArgs = z.input<typeof CustomTemplateSchema>;

export interface CustomTemplateOutputs extends Installed {
  /** The template's id in Portainer, a number; `id` is the same as text. */
  readonly templateId: number;
  /** The commit that its file is from, of a template with `git`. */
  readonly commit?: string | undefined;
}

/** With its file, which Portainer shows apart, and lists not at all. */
type Template = CustomTemplate & { readonly file?: string | undefined };
type CustomTemplateState = State<typeof CustomTemplateSchema, CustomTemplateOutputs>;
type Fields = Omit<z.output<typeof CustomTemplateSchema>, "access">;

const wordOf = <Word extends string>(words: Readonly<Record<Word, number>>, number: number) =>
  (Object.keys(words) as Word[]).find((word) => words[word] === number);

async function bodyOf(template: Fields): Promise<NewTemplate> {
  const { title, description, note, platform, type, logo, content, git, variables } = template;
  return {
    Title: title,
    Description: description,
    Note: note ?? "",
    Platform: PLATFORMS[platform],
    Type: TYPES[type],
    Logo: logo ?? "",
    Variables: variables?.map((variable) => ({ ...variable })),
    ...(git ? repositoryBody(git) : { FileContent: await textOf(content) }),
  };
}

const repositoryBody = (git: Repository) => ({
  RepositoryURL: git.url,
  RepositoryReferenceName: fullReference(git.reference),
  ...(git.path !== undefined && { ComposeFilePathInRepository: git.path }),
  ...credentials(git),
  TLSSkipVerify: git.skipVerify ?? false,
});

/** Cut to what the program has, if there is a program. */
function repositoryOf({ GitConfig }: Template, desired: Repository | undefined): Properties | undefined {
  if (!GitConfig) return undefined;
  const everything = {
    url: GitConfig.URL,
    reference: GitConfig.ReferenceName || undefined,
    path: GitConfig.ConfigFilePath || undefined,
    username: GitConfig.Authentication?.Username || undefined,
    password: GitConfig.Authentication ? desired?.password : undefined,
    skipVerify: GitConfig.TLSSkipVerify ?? false,
  };
  return pick(everything, desired);
}

const FieldsSchema = z.object(fields);

const builder = portainerObject<typeof FieldsSchema, CustomTemplateOutputs, Template>({
  type: "CustomTemplate",
  what: "custom template",
  schema: FieldsSchema,
  unique: "title",
  // Portainer answers every refusal with 500, so it does not say that the title is taken.
  refusesNamesakes: false,
  properties: {
    content: { normalize: hashOf },
    git: { normalize: canonicalGit },
    note: { whenRemoved: "" },
    logo: { whenRemoved: "" },
    variables: { whenRemoved: [] },
  },
  id: "templateId",
  inputs: (template, desired) => ({
    title: template.Title,
    description: template.Description,
    note: template.Note,
    platform: wordOf(PLATFORMS, template.Platform) ?? "linux",
    type: wordOf(TYPES, template.Type) ?? "standalone",
    logo: template.Logo,
    content: template.file,
    git: repositoryOf(template, desired.git) as Repository | undefined,
    variables: (template.Variables ?? []).map(({ name, label, defaultValue, description }) => ({
      name,
      label,
      ...(defaultValue && { defaultValue }),
      ...(description && { description }),
    })),
  }),
  outputs: ({ Id, GitConfig }) => ({ templateId: Id, ...(GitConfig && { commit: GitConfig.ConfigHash }) }),
  list: ({ customTemplates }) => customTemplates.list({}),
  async get({ customTemplates }, id) {
    const template = await customTemplates.get({ params: { id } });
    if (template.GitConfig) return template;
    const { FileContent } = await customTemplates.file({ params: { id } });
    return { ...template, file: FileContent };
  },
  async create({ customTemplates }, inputs) {
    const body = await bodyOf(inputs);
    const made = inputs.git
      ? await customTemplates.createFromRepository({ body })
      : await customTemplates.createFromString({ body });
    return { ...made, file: body.FileContent };
  },
  /** Portainer replaces the whole template, so what is not managed is sent back. */
  async update({ customTemplates }, id, _changes, _policies, desired) {
    const present = await customTemplates.get({ params: { id } });
    const body = await bodyOf(desired);
    const updated = await customTemplates.update({
      params: { id },
      body: {
        ...body,
        Note: desired.note ?? present.Note,
        Logo: desired.logo ?? present.Logo,
        Variables: body.Variables ?? present.Variables ?? [],
        EdgeTemplate: present.EdgeTemplate,
        IsComposeFormat: present.IsComposeFormat,
      },
    });
    return { ...updated, file: body.FileContent };
  },
  delete: ({ customTemplates }, id) => customTemplates.delete({ params: { id } }),
});

const serverOf = ({ connection, signal }: Context) => ({ portainer: connection.client, call: { signal } });

/** Gives a template the desired access, and returns its state. */
async function finish(
  context: Context,
  id: string,
  state: object,
  access: z.output<typeof AccessSchema> | undefined,
  ownership: Ownership | undefined,
): Promise<CustomTemplateState> {
  const outputs = { ...state, ...(access && { access }) } as CustomTemplateState;
  if (!ownership) return outputs;
  const server = serverOf(context);
  const { ResourceControl: control } = await server.portainer.customTemplates.get({
    params: { id: Number(id) },
  });
  try {
    await setAccess(server, { type: ResourceType.customTemplate, id, control }, ownership);
    return outputs;
  } catch (error) {
    throw new Unfinished(id, { ...outputs, access: readAccess(control) }, error);
  }
}

/** A template of stacks that users deploy in Portainer: the builder's, with a resource control for `access`. */
export const customTemplate: Definition<typeof CustomTemplateSchema, CustomTemplateOutputs> = {
  ...builder,
  schema: CustomTemplateSchema,
  properties: { ...builder.properties, access: { normalize: canonicalAccess } },
  secrets: ["git.password"],
  misnomers: { name: "title", fileContent: "content", templateType: "type", repositoryUrl: "git.url" },
  validate: (inputs): Failure[] => sourceFailures(inputs, "custom template"),
  replaces: (_changed, { git: before }, { git: after }) =>
    Boolean(before) === Boolean(after) ? [] : ["git"],
  identity: (state) => builder.identity?.(state),

  async create(context, { access, ...inputs }) {
    await context.connection.sameServer(undefined);
    const ownership = access && (await ownershipOf(serverOf(context), access));
    const { id, outputs } = await builder.create(context, inputs);
    return { id, outputs: await finish(context, id, outputs, access, ownership) };
  },

  async read(context, id, { access, ...state }) {
    const now = await builder.read(context, id, state);
    if (!now) return undefined;
    const isGet = state.instanceId === undefined;
    if (!access && !isGet) return now;
    const server = serverOf(context);
    const template = await unlessNotFound(() =>
      server.portainer.customTemplates.get({ params: { id: Number(id) } }),
    );
    const control = template?.ResourceControl;
    const actual = access ? await refreshedAccess(server, access, control) : readAccess(control);
    return {
      id,
      inputs: { ...now.inputs, access: actual },
      outputs: { ...now.outputs, access: actual },
    };
  },

  async update(context, id, { access: before, ...olds }, { access, ...news }) {
    await context.connection.sameServer(olds.instanceId);
    const isChanged =
      access !== undefined && !equal(before && canonicalAccess(before), canonicalAccess(access));
    const ownership = isChanged ? await ownershipOf(serverOf(context), access) : undefined;
    const outputs = await builder.update(context, id, olds, news);
    return await finish(context, id, outputs, access, ownership);
  },

  delete: (context, id, { access: _access, ...state }) => builder.delete(context, id, state),
};
