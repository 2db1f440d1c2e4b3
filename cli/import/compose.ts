/** Takes over a project that `docker compose up` has started: the program that declares it, and its state. */
import { basename, dirname, relative, resolve } from "node:path";
import { isApiError } from "../../client";
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
import type { Endpoint } from "../../contract";
import type { Connection } from "../../provider/connection";
import type { SettingTexts } from "../../provider/core/connection-settings";
import { messageOf, ProviderError } from "../../provider/core/errors";
import { isMap } from "../../provider/core/properties";
import { managedAs, type Texts } from "../../provider/docker/identity";
import { dockerEnvironments } from "../environments";
import { UsageError } from "../usage-error";
import { Code, literal, Variables } from "./code";
import { say, sayLeftOut } from "./context";
import { nextSteps } from "./next-steps";
import type { SecretVariable } from "./program";
import { fileEntry, type ImportedResource, importFile, isMarked, marked } from "./resources";
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
    const names = await namesOf(connection, running, project.name);
    const { taken, remarks } = await takeOver({
      connection,
      settings,
      endpointId: running.endpoint.Id,
      project: project.name,
      planned,
      has: (kind, name) => names.has(`${kind} ${name}`),
    });
    for (const remark of remarks) say(remark);
    if (others.length + remarks.length > 0) sayOtherFiles(project, running);
    const secrets = secretsIn(project, planned);
    const declared = argumentsOf(project, choice, options, running.endpoint.Id, dirname(files.program));
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

const PREFIX = "com.docker.compose.";
const PROJECT = `${PREFIX}project`;

/** A container of a project, by its labels. */
export interface ProjectContainer {
  readonly name: string;
  readonly labels: Texts;
}

interface Running {
  readonly endpoint: Endpoint;
  readonly containers: readonly ProjectContainer[];
}

/** Finds the environment that the project runs on. */
async function findProject(
  connection: Connection,
  asked: readonly string[],
  project: string,
): Promise<Running> {
  const environments = await dockerEnvironments(connection, asked);
  const running: Running[] = [];
  const others: string[] = [];
  for (const endpoint of environments) {
    try {
      const all = await composedContainers(connection, endpoint.Id);
      const containers = all.filter(({ labels }) => labels[PROJECT] === project);
      if (containers.length > 0) running.push({ endpoint, containers });
      const names = [...new Set(all.map(({ labels }) => labels[PROJECT] ?? ""))].sort();
      others.push(`${inWords(endpoint)} has ${names.join(", ") || "none"}`);
    } catch (error) {
      if (!(error instanceof ProviderError || isApiError(error))) throw error;
      others.push(`${inWords(endpoint)} does not answer: ${messageOf(error)}`);
    }
  }
  const [only, another] = running;
  if (!only)
    throw new UsageError(
      `There is no container of a Compose project "${project}". ${others.join("; ") || "There is no Docker environment"}. ` +
        "Name the project by --project, or start it by `docker compose up`.\nNothing was written.",
    );
  if (another)
    throw new UsageError(
      `The Compose project "${project}" runs on ${running.map(({ endpoint }) => inWords(endpoint)).join(" and ")}: choose one by --endpoint.\nNothing was written.`,
    );
  return only;
}

/** Two that deploy the same containers would undo each other's changes. */
async function refuseStack({ client }: Connection, project: string, { endpoint }: Running): Promise<void> {
  const stacks = await client.stacks.list({});
  const stack = stacks.find(({ Name, EndpointId }) => Name === project && EndpointId === endpoint.Id);
  if (stack)
    throw new UsageError(
      `"${project}" is a stack of Portainer (id ${stack.Id}), which deploys its containers itself: import it as a \`Stack\`, by --kind Stack without --compose.\nNothing was written.`,
    );
}

const inWords = ({ Id, Name }: Endpoint): string => `environment ${Id} (${Name})`;

async function composedContainers({ client }: Connection, endpointId: number): Promise<ProjectContainer[]> {
  const query = { all: "1", filters: JSON.stringify({ label: [PROJECT] }) };
  const list = await client.docker(endpointId).containers.list({ query });
  return list.map(({ Names: [name = ""], Labels }) => ({
    name: name.replace(/^\//, ""),
    labels: Labels ?? {},
  }));
}

/** The objects of the project that no other stack of Pulumi manages, as `"Network media_default"`. */
async function namesOf({ client }: Connection, { endpoint, containers }: Running, project: string) {
  const docker = client.docker(endpoint.Id);
  const query = { filters: JSON.stringify({ label: [`${PROJECT}=${project}`] }) };
  const [networks, volumes] = await Promise.all([
    docker.networks.list({ query }),
    docker.volumes.list({ query }),
  ]);
  const all = [
    ...containers.map(({ name, labels }) => ({ kind: "Container", name, labels })),
    ...networks.map(({ Name, Labels }) => ({ kind: "Network", name: Name, labels: Labels })),
    ...(volumes.Volumes ?? []).map(({ Name, Labels }) => ({ kind: "Volume", name: Name, labels: Labels })),
  ];
  const managed = all.flatMap(({ kind, name, labels }) => {
    const reason = managedAs(labels);
    return reason === undefined ? [] : [{ name: `${kind.toLowerCase()} ${name}`, reason }];
  });
  sayLeftOut(managed);
  return new Set(
    all.filter(({ labels }) => managedAs(labels) === undefined).map(({ kind, name }) => `${kind} ${name}`),
  );
}

/** The containers of the project that the files do not have, with the reason. */
export function strangers(
  { containers }: Pick<Running, "containers">,
  planned: readonly Planned[],
): { name: string; reason: string }[] {
  const own = planned.filter(({ kind }) => kind === "Container");
  return containers
    .filter(({ name }) => !own.some(({ args }) => args["name"] === name))
    .sort((left, right) => left.name.localeCompare(right.name))
    .map(({ name, labels }) => {
      const service = labels[`${PREFIX}service`] ?? "";
      const replicas = own.filter((one) => one.service === service).length;
      const reason =
        labels[`${PREFIX}oneoff`] === "True"
          ? "which `docker compose run` has started"
          : replicas > 0
            ? `whose service "${service}" has ${replicas === 1 ? "one container" : `${replicas} containers`} in the files: say its \`scale\` there, or remove it`
            : `whose service "${service}" is not in the files, or only in a profile that is not active (--profile)`;
      return { name: `container ${name}`, reason };
    });
}

/** Says it when Docker Compose was started with other files: it reads `compose.override.yaml` by itself. */
function sayOtherFiles({ paths }: Project, { containers }: Running): void {
  const names = (list: readonly string[]) =>
    list.map((path) => basename(path.replaceAll("\\", "/"))).join(", ");
  const started = new Set(
    containers
      .flatMap(({ labels }) => labels[`${PREFIX}project.config_files`] ?? [])
      .map((text) => names(text.split(","))),
  );
  for (const files of started)
    if (files !== names(paths))
      say(
        `Docker Compose was started with ${files}, and you name ${names(paths)}: name each file by --compose.`,
      );
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
  endpointId: number,
  folder: string,
) {
  const path = (file: string) => relative(folder, file).replaceAll("\\", "/");
  const paths = choice.files.map(path);
  const named = readFiles({ ...choice, projectName: undefined }, project.name);
  return {
    files: paths.length === 1 ? paths[0] : paths,
    projectName: named.name === project.name ? undefined : project.name,
    endpointId,
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
