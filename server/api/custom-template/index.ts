import { type contract, isUrl, ResourceType } from "../../../contract";
import { mayUseControl } from "../../auth/access";
import type { Caller } from "../../auth/caller";
import { found, HttpError } from "../../http-error";
import type { Handlers } from "../../route/call";
import { INVALID_PAYLOAD } from "../../route/decode";
import type { Services } from "../../services";
import type { CustomTemplateRecord, GitRecord } from "../../store/records";
import { emptyControl } from "../resource-control";
import { readRepository } from "../stack/git";
import {
  fromForm,
  problemWith,
  problemWithLogin,
  problemWithRepository,
  readFields,
  type TemplateFields,
  URL_RULE,
} from "./fields";

export function customTemplateHandlers(services: Services): Handlers<typeof contract.customTemplates> {
  const { store } = services;

  const controlOf = (template: CustomTemplateRecord) =>
    store.resourceControls.find(
      (c) => c.Type === ResourceType.customTemplate && c.ResourceId === String(template.Id),
    );

  const shown = ({ Content, ...template }: CustomTemplateRecord, withControl = true) => ({
    ...template,
    ProjectPath: services.folderOf("custom_templates", template.Id),
    ResourceControl: withControl ? (controlOf({ Content, ...template }) ?? null) : null,
    GitConfig: withoutPassword(template.GitConfig),
  });

  const refuseSameTitle = (title: string, exceptId?: number) => {
    if (store.customTemplates.find(({ Id, Title }) => Title === title && Id !== exceptId))
      throw new HttpError(500, "Template name must be unique");
  };

  /** Like Portainer, this uses up an id even if the title is taken. */
  const create = async (
    caller: Caller,
    fields: TemplateFields,
    content: string,
    GitConfig: GitRecord | null = null,
  ) => {
    const Id = await store.change(() => store.customTemplates.nextId());
    return store.change(() => {
      refuseSameTitle(fields.Title);
      const template = store.customTemplates.put(Id, {
        Id,
        ...fields,
        EntryPoint: GitConfig ? "" : "docker-compose.yml",
        CreatedByUserId: caller.id,
        GitConfig,
        Content: content,
      });
      store.resourceControls.insert((Id) => ({
        ...emptyControl(ResourceType.customTemplate, String(template.Id)),
        Id,
        UserAccesses: [{ UserId: caller.id, AccessLevel: 1 }],
      }));
      return shown(template);
    });
  };

  /** Returns a template that the caller may read and change: their own, or any as an administrator. */
  const editable = (caller: Caller, id: number): CustomTemplateRecord => {
    const template = found(store.customTemplates, id);
    if (!caller.isAdmin && template.CreatedByUserId !== caller.id)
      throw new HttpError(403, "Access denied to resource");
    return template;
  };

  return {
    list({ caller, query, search }) {
      const types = search.getAll("type").map(readType);
      const edge = flag(query.edge);
      return store.customTemplates
        .filter((template) => {
          const control = controlOf(template);
          const mayUse =
            caller.isAdmin ||
            template.CreatedByUserId === caller.id ||
            (control !== undefined && mayUseControl(caller, control));
          const isEdge = edge === undefined || template.EdgeTemplate === edge;
          return mayUse && isEdge && (types.length === 0 || types.includes(template.Type));
        })
        .map((template) => shown(template));
    },

    createFromString(call) {
      const body = decoded(() => call.body);
      return create(call.caller, readFields(body, body.FileContent), body.FileContent ?? "");
    },

    createFromFile(call) {
      const form = decoded(() => call.form);
      const content = form.File && Buffer.from(form.File.content).toString();
      return create(call.caller, readFields(fromForm(form), content), content ?? "");
    },

    async createFromRepository(call) {
      const { caller } = call;
      const body = decoded(() => call.body);
      const fields = readFields(body, body.RepositoryURL);
      const problem = problemWithRepository(body);
      if (problem) throw new HttpError(500, FAILED, problem);
      const { git, content } = await fetchFile(body);
      return create(caller, fields, content, git);
    },

    createFromElsewhere: () => {
      throw new HttpError(
        500,
        FAILED,
        "Invalid value for path parameter: method. Value must be one of: string, repository or file",
      );
    },

    get: ({ caller, params }) => shown(editable(caller, params.id)),

    file: ({ params }) => ({ FileContent: found(store.customTemplates, params.id).Content }),

    async fetch({ caller, params }) {
      const { GitConfig } = editable(caller, params.id);
      if (!GitConfig) throw new HttpError(400, "Git configuration does not exist in this custom template");
      const { commit, files } = await readRepository(GitConfig, [GitConfig.ConfigFilePath]).catch(
        (cause: Error) => {
          throw new HttpError(500, "Failed to download git repository", cause.message, { cause });
        },
      );
      const FileContent = files.get(GitConfig.ConfigFilePath) ?? "";
      await store.change(() => {
        const template = found(store.customTemplates, params.id);
        const git = { ...GitConfig, ConfigHash: commit };
        store.customTemplates.put(template.Id, { ...template, GitConfig: git, Content: FileContent });
      });
      return { FileContent };
    },

    async update({ caller, params, body }) {
      const problem = problemWith(body, body.FileContent || body.RepositoryURL) ?? problemWithLogin(body);
      if (problem) throw new HttpError(400, INVALID_PAYLOAD, problem);
      refuseSameTitle(body.Title ?? "", params.id);
      editable(caller, params.id);
      const fields = readFields(body, body.FileContent || body.RepositoryURL);
      if (body.RepositoryURL && !isUrl(body.RepositoryURL)) throw new HttpError(400, URL_RULE);
      const fetched = body.RepositoryURL
        ? await fetchFile(body, "Unable to clone git repository directory")
        : undefined;
      return store.change(() => {
        refuseSameTitle(fields.Title, params.id);
        const template = editable(caller, params.id);
        const updated = {
          ...template,
          ...fields,
          GitConfig: fetched?.git ?? template.GitConfig,
          Content: fetched?.content ?? body.FileContent ?? "",
        };
        // Portainer omits the resource control in its answer to an update.
        return shown(store.customTemplates.put(template.Id, updated), false);
      });
    },

    async delete({ caller, params }) {
      await store.change(() => {
        const template = editable(caller, params.id);
        const control = controlOf(template);
        if (control) store.resourceControls.delete(control.Id);
        store.customTemplates.delete(template.Id);
      });
    },
  };
}

const FAILED = "Unable to create custom template";

/** Reads the payload of a creation, for which every error is a 500, malformed JSON included. */
function decoded<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof HttpError)) throw cause;
    throw new HttpError(500, FAILED, cause.details, { cause });
  }
}

function readType(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new HttpError(400, "Invalid Custom template type", "failed parsing template type");
}

/** Parses a boolean as Go does; anything else counts as absent. */
function flag(text = ""): boolean | undefined {
  if (/^(?:1|t|true)$/i.test(text)) return true;
  return /^(?:0|f|false)$/i.test(text) ? false : undefined;
}

interface RepositoryFields {
  RepositoryURL?: string | undefined;
  RepositoryReferenceName?: string | undefined;
  RepositoryAuthentication?: boolean | undefined;
  RepositoryUsername?: string | undefined;
  RepositoryPassword?: string | undefined;
  ComposeFilePathInRepository?: string | undefined;
  TLSSkipVerify?: boolean | undefined;
}

async function fetchFile(
  fields: RepositoryFields,
  failure = FAILED,
): Promise<{ git: GitRecord; content: string }> {
  const path = fields.ComposeFilePathInRepository || "docker-compose.yml";
  const repository = {
    URL: fields.RepositoryURL ?? "",
    ReferenceName: fields.RepositoryReferenceName ?? "",
    Authentication: fields.RepositoryAuthentication
      ? { Username: fields.RepositoryUsername ?? "", Password: fields.RepositoryPassword ?? "" }
      : null,
    TLSSkipVerify: fields.TLSSkipVerify ?? false,
  };
  const { commit, files } = await readRepository(repository, [path]).catch((cause: Error) => {
    throw new HttpError(500, failure, cause.message, { cause });
  });
  return {
    git: { ...repository, ConfigFilePath: path, ConfigHash: commit },
    content: files.get(path) ?? "",
  };
}

function withoutPassword(git: GitRecord | null): GitRecord | null {
  return git && { ...git, Authentication: git.Authentication && { ...git.Authentication, Password: "" } };
}
