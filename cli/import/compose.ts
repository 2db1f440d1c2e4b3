/** Takes over a project that `docker compose up` has started: the program that declares it, and its state. */
import { basename, dirname, relative, resolve } from "node:path";
import {
  ComposeError,
  type ContainerOptions,
  looksSecret,
  type Planned,
  type Project,
  planProject,
  readProject,
  SecretText,
} from "../../compose";
import type { Connection } from "../../provider/connection";
import type { SettingTexts } from "../../provider/core/connection-settings";
import { isMap } from "../../provider/core/properties";
import { UsageError } from "../usage-error";
import { Code, literal, Variables } from "./code";
import { say, sayLeftOut } from "./context";
import { nextSteps } from "./next-steps";
import type { SecretVariable } from "./program";
import { fileEntry, type ImportedResource, importFile, isMarked, marked } from "./resources";
import {
  findProject,
  namesOf,
  nodeOf,
  PREFIX,
  type Running,
  refuseStack,
  sayOtherFiles,
  strangers,
} from "./running";
import { takeOver } from "./takeover";

export interface ComposeChoice {
  readonly files: readonly string[];
  readonly projectName: string | undefined;
  readonly envFiles: readonly string[];
  readonly profiles: readonly string[];
  readonly unsupported: "warn" | undefined;
  /** Environments by id or name. */
  readonly endpoints: readonly string[];
}

/** The paths of what is written. */
export interface Files {
  readonly program: string;
  readonly state: string;
}

/** What the command writes. */
export interface Written {
  readonly program: string;
  readonly state: string;
  /** What it says at its end. */
  readonly said: string;
}

/** Reads the project's objects, and says what is not as the files say. */
export async function importProject(
  connection: Connection,
  settings: SettingTexts,
  choice: ComposeChoice,
  files: Files,
): Promise<Written> {
  try {
    // As Docker Compose does: by its flag, by the files, or by their folder.
    const project = readFiles(choice, basename(dirname(resolve(choice.files[0] ?? "."))));
    const running = await findProject(connection, choice.endpoints, project.name);
    await refuseStack(connection, project.name, running);
    const options = optionsOf(project, running);
    const planned = planProject(project, options);
    for (const warning of new Set(project.warnings)) say(warning);
    const others = strangers(running, planned);
    sayLeftOut(others);
    const nodeName = nodeOf(running, project.name);
    const names = await namesOf(connection, running, project.name, nodeName);
    const { taken, remarks } = await takeOver({
      connection,
      settings,
      place: { endpointId: running.endpoint.Id, ...(nodeName !== undefined && { nodeName }) },
      project: project.name,
      planned,
      has: (kind, name) => names.has(`${kind} ${name}`),
    });
    for (const remark of remarks) say(remark);
    if (others.length + remarks.length > 0) sayOtherFiles(project, running);
    const secrets = secretsIn(project, planned);
    const declared = argumentsOf(
      project,
      choice,
      options,
      { endpointId: running.endpoint.Id, nodeName },
      dirname(files.program),
    );
    return {
      program: programOf(project.name, declared, secrets),
      state: stateOf(project.name, taken, [
        ...secrets.map(({ value = "" }) => value),
        ...secretTexts(planned),
      ]),
      said: nextSteps(files, taken, secrets, {}),
    };
  } catch (error) {
    if (error instanceof ComposeError) throw new UsageError(`${error.message}\nNothing was written.`);
    throw error;
  }
}

function readFiles(
  { files, projectName, envFiles, profiles, unsupported }: ComposeChoice,
  otherwise: string,
): Project {
  return readProject({
    files,
    envFiles: envFiles.length > 0 ? envFiles : undefined,
    profiles,
    projectName,
    otherwise,
    unsupported,
  });
}

/** Where the project's folder was when Docker Compose read it, and how its files got into containers, where it matters. */
function optionsOf(project: Project, { containers }: Running): ContainerOptions {
  const folders = containers.map(({ labels }) => labels[`${PREFIX}project.working_dir`]);
  const [folder] = folders.filter((one) => one !== undefined && one !== project.folder);
  const planOf = (options: ContainerOptions) => JSON.stringify(planProject(project, options));
  const plain = planOf({});
  return {
    ...(folder !== undefined && planOf({ engineFolder: folder }) !== plain && { engineFolder: folder }),
    ...(planOf({ files: "bind" }) !== plain && { files: "bind" as const }),
  };
}

/** The arguments of the `ComposeProject`; paths from the folder of the program. */
function argumentsOf(
  project: Project,
  choice: ComposeChoice,
  { engineFolder, files: fileMode }: ContainerOptions,
  place: object,
  folder: string,
) {
  const path = (file: string) => relative(folder, file).replaceAll("\\", "/");
  const paths = choice.files.map(path);
  const named = readFiles({ ...choice, projectName: undefined }, project.name);
  return {
    files: paths.length === 1 ? paths[0] : paths,
    projectName: named.name === project.name ? undefined : project.name,
    ...place,
    envFiles: choice.envFiles.length > 0 ? choice.envFiles.map(path) : undefined,
    profiles: choice.profiles.length > 0 ? choice.profiles : undefined,
    engineFolder,
    fileMode,
    unsupported: choice.unsupported,
  };
}

/** The variables that look secret, and are in what the files make. The program reads them from stack config. */
function secretsIn({ name, variables }: Project, planned: readonly Planned[]): SecretVariable[] {
  const texts = planned.flatMap(({ args }) => textsIn(args));
  return Object.entries(variables)
    .filter(([key, value]) => looksSecret(key, value) && texts.some((text) => text.includes(value)))
    .map(([key, value]) => ({ config: `${name}-${key}`, value }));
}

export function programOf(name: string, declared: object, secrets: readonly SecretVariable[]): string {
  const environment = secrets.map(({ config }) => [
    config.slice(name.length + 1),
    new Code(`config.requireSecret(${JSON.stringify(config)})`),
  ]);
  const args = {
    ...declared,
    environment: secrets.length > 0 ? Object.fromEntries(environment) : undefined,
  };
  return `${[
    ...(secrets.length > 0 ? ['import * as pulumi from "@pulumi/pulumi";'] : []),
    'import * as portainer from "pulumi-portainer";',
    ...(secrets.length > 0 ? ["", "const config = new pulumi.Config();"] : []),
    "",
    `export const ${new Variables().take(name, "Project")} = new portainer.ComposeProject(${JSON.stringify(name)}, ${literal(args, 0)});`,
  ].join("\n")}\n`;
}

/** The component, and its resources below it. Texts that contain one of the secrets are secret. */
function stateOf(name: string, taken: readonly ImportedResource[], secrets: readonly string[]): string {
  const hide = (value: unknown): unknown => {
    if (typeof value === "string") return secrets.some((one) => value.includes(one)) ? marked(value) : value;
    if (Array.isArray(value)) return value.map(hide);
    if (!isMap(value) || isMarked(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hide(inner)]));
  };
  const children = taken.map((resource) => {
    const { inputs, outputs, ...entry } = fileEntry(resource);
    return { ...entry, parent: name, inputs: hide(inputs), outputs: hide(outputs) };
  });
  return importFile([{ type: "portainer:index:ComposeProject", name, component: true }, ...children]);
}

const secretTexts = (value: unknown): string[] => {
  if (value instanceof SecretText) return value.text === "" ? [] : [value.text];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(secretTexts) : [];
};

const textsIn = (value: unknown): string[] => {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
};
