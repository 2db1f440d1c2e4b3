/** A Compose project as it runs: its environment, its objects by their labels, and what its files do not have. */
import { basename } from "node:path";
import { isApiError } from "../../client";
import type { Planned, Project } from "../../compose";
import type { Endpoint } from "../../contract";
import type { Connection } from "../../provider/connection";
import { messageOf, ProviderError } from "../../provider/core/errors";
import { managedAs, type Texts } from "../../provider/docker/identity";
import { dockerEnvironments } from "../environments";
import { UsageError } from "../usage-error";
import { say, sayLeftOut } from "./context";

export const PREFIX = "com.docker.compose.";
const PROJECT = `${PREFIX}project`;

/** A container of a project, by its labels. */
interface ProjectContainer {
  readonly name: string;
  readonly labels: Texts;
  /** Its node, behind an agent that serves several. */
  readonly nodeName?: string | undefined;
}

/** A project that has containers, and the environment that they are on. */
export interface Running {
  readonly endpoint: Endpoint;
  readonly containers: readonly ProjectContainer[];
}

/** Finds the environment that the project runs on. */
export async function findProject(
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
export async function refuseStack(
  { client }: Connection,
  project: string,
  { endpoint }: Running,
): Promise<void> {
  const stacks = await client.stacks.list({});
  const stack = stacks.find(({ Name, EndpointId }) => Name === project && EndpointId === endpoint.Id);
  if (stack)
    throw new UsageError(
      `"${project}" is a stack of Portainer (id ${stack.Id}), which deploys its containers itself: import it as a \`Stack\`, by --kind Stack without --compose.\nNothing was written.`,
    );
}

/** The node that the project runs on, behind an agent that serves several. */
export function nodeOf({ containers }: Running, project: string): string | undefined {
  const nodes = [...new Set(containers.map(({ nodeName }) => nodeName))];
  if (nodes.length <= 1) return nodes[0];
  throw new UsageError(
    `The Compose project "${project}" has containers on several nodes (${nodes.join(", ")}), and a ComposeProject runs on one.\nNothing was written.`,
  );
}

const inWords = ({ Id, Name }: Endpoint): string => `environment ${Id} (${Name})`;

async function composedContainers({ client }: Connection, endpointId: number): Promise<ProjectContainer[]> {
  const query = { all: "1", filters: JSON.stringify({ label: [PROJECT] }) };
  const list = await client.docker(endpointId).containers.list({ query });
  return list.map(({ Names: [name = ""], Labels, Portainer }) => ({
    name: name.replace(/^\//, ""),
    labels: Labels ?? {},
    nodeName: Portainer?.Agent?.NodeName,
  }));
}

/** The objects of the project that no other stack of Pulumi manages, as `"Network media_default"`. */
export async function namesOf(
  { client }: Connection,
  { endpoint, containers }: Running,
  project: string,
  nodeName?: string,
) {
  const docker = client.docker(endpoint.Id, nodeName);
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
export function sayOtherFiles({ paths }: Project, { containers }: Running): void {
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
