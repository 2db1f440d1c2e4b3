import * as pulumi from "@pulumi/pulumi";
import type * as compose from "../compose";
import { Config } from "./config";
import { Container, type ContainerArgs } from "./container";
import { Image } from "./image";
import { Network } from "./network";
import { Secret } from "./secret";
import { Service, type ServiceArgs } from "./service";
import { Volume } from "./volume";

type File = string | pulumi.asset.FileAsset | pulumi.asset.StringAsset;

export interface ComposeProjectArgs {
  /**
   * The Compose files: paths, or Pulumi's assets. Later ones are laid over earlier ones, as by `docker compose -f`.
   * Relative paths in them start from the first one's folder. @default "compose.yaml"
   */
  readonly files?: File | readonly File[];
  /** The text of the Compose file, instead of `files`. @default none */
  readonly content?: string;
  /**
   * What the project is made of: `"standalone"` is containers of an engine, as `docker compose up` makes them; `"swarm"` is
   * services, secrets and configs of a swarm, as `docker stack deploy` does, on the environment of one of its managers.
   * @default "standalone"
   */
  readonly type?: "standalone" | "swarm";
  /**
   * The values of the variables in the files, `${TAG}`. A value may be secret, or an output of another resource, where the
   * file has it in a text; what decides which resources there are, such as a port, must be known. Variables of the process
   * are not taken: spread `process.env` for that. @default those of `envFiles`
   */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Files with values of variables, `TAG=2.1`, the later ones over the earlier ones, as by `docker compose --env-file`.
   * @default `.env` in the project's folder, if it is there
   */
  readonly envFiles?: readonly string[];
  /** Profiles whose services run too; `["*"]` is all of them. @default none */
  readonly profiles?: readonly string[];
  /** The project's name, with which the names of its objects begin. @default `name` in the files, or the resource's name */
  readonly projectName?: string;
  /** The folder on this machine that relative paths start from. @default the first file's */
  readonly projectFolder?: string;
  /**
   * The folder on the engine's machine that relative paths of mounts start from: `./data` is in it.
   * @default `projectFolder`, which fits an engine on this machine
   */
  readonly engineFolder?: string;
  /**
   * How the files of `configs` and `secrets` get into containers that are `"standalone"`: `"upload"` gives them their content, also on another
   * machine; `"bind"` mounts them from the engine's machine, as Docker Compose does. @default "upload"
   */
  readonly fileMode?: "upload" | "bind";
  /**
   * What to do with keys of the files that are not carried out: `"error"` names file, line and key, `"warn"` goes on
   * without them. @default "error"
   */
  readonly unsupported?: "error" | "warn";
  /** The environment to run on: its id, or the `Endpoint`. @default the provider's `endpointId` */
  readonly endpointId?: ContainerArgs["endpointId"];
  /**
   * The node to run on, if the agent serves several nodes. A swarm has `deploy.placement` for that.
   * @default the one that the agent picks
   */
  readonly nodeName?: pulumi.Input<string>;
  /** The registry in Portainer whose credentials are used to pull: its id, or the `Registry`. @default none */
  readonly registryId?: ContainerArgs["registryId"];
  /** Who may use the project's objects, as for a Container. @default unmanaged */
  readonly access?: ContainerArgs["access"];
  /**
   * What to do with objects of these names that exist: `"matching"` takes over those that are as the files say, such as a
   * project that `docker compose up` has started. @default refuse
   */
  readonly adopt?: "matching";
  /**
   * Arguments for the containers of a service, by its name, over those of the files: `{ web: { image } }`; on a swarm,
   * those of its `Service`. `env` and all labels are merged. @default none
   */
  readonly services?: Readonly<Record<string, Partial<ContainerArgs> | Partial<ServiceArgs>>>;
}

/** What a service of the project consists of. */
export interface ComposeServiceResources {
  /** Its containers, by their number; none on a swarm. */
  readonly containers: readonly Container[];
  /** The service of the swarm, with `type: "swarm"`. */
  readonly service?: Service;
  /** The image that is built for it. */
  readonly image?: Image;
}

/**
 * A Compose file as resources: a Network, Volume, Image or Container for each object that Docker Compose would make, each with
 * its own preview and roll-out. They have Compose's names and labels, so Portainer and `docker compose -p media ps` group them.
 * With `type: "swarm"` it is a Service, Secret, Config or Network for each object that `docker stack deploy` would make.
 *
 * @example
 * ```ts
 * const media = new portainer.ComposeProject("media", {
 *   files: "compose.yaml",
 *   endpointId: 1,
 *   environment: { TAG: "2.1", PASSWORD: config.requireSecret("password") },
 *   services: { web: { memory: "512m" } },
 * });
 * export const webId = media.service("web").containers[0]?.containerId;
 * ```
 */
export class ComposeProject extends pulumi.ComponentResource {
  /** The project's name. */
  readonly projectName: string;
  /** What each service consists of, by its name. */
  readonly services: Readonly<Record<string, ComposeServiceResources>>;
  /** The networks that the project makes, by their names in the files. */
  readonly networks: Readonly<Record<string, Network>>;
  /** The volumes that the project makes, by their names in the files; on a swarm the nodes make them. */
  readonly volumes: Readonly<Record<string, Volume>>;
  /** The secrets that the project makes on a swarm, by their names in the files. */
  readonly secrets: Readonly<Record<string, Secret>>;
  /** The configs that the project makes on a swarm, by their names in the files. */
  readonly configs: Readonly<Record<string, Config>>;

  constructor(name: string, args: ComposeProjectArgs = {}, options?: pulumi.ComponentResourceOptions) {
    super("portainer:index:ComposeProject", name, {}, options);
    refuseOnSwarm(name, args);
    const { readProject, planProject } = require("../compose") as typeof compose;
    const placeholders = new Placeholders(args.environment ?? {});
    const { project, planned } = placeholders.explaining(() => {
      const project = readProject({
        files: filesOf(args),
        folder: args.projectFolder,
        variables: placeholders.variables,
        envFiles: args.envFiles,
        profiles: args.profiles,
        projectName: args.projectName,
        otherwise: name,
        unsupported: args.unsupported,
      });
      const { type, engineFolder, fileMode } = args;
      return { project, planned: planProject(project, { type, engineFolder, files: fileMode }) };
    });
    for (const warning of project.warnings) void pulumi.log.warn(warning, this);
    refuseUnknown(name, args.services ?? {}, project.model.services);

    const made = new Map<string, Made>();
    for (const one of planned) made.set(one.key, declare(this, name, one, args, made, placeholders));
    this.projectName = project.name;
    const ofKind = <Kind extends Made>(prefix: string) =>
      Object.fromEntries(
        [...made].flatMap(([key, resource]) =>
          key.startsWith(prefix) ? [[key.slice(prefix.length), resource as Kind]] : [],
        ),
      );
    this.networks = ofKind<Network>("networks.");
    this.volumes = ofKind<Volume>("volumes.");
    this.secrets = ofKind<Secret>("secrets.");
    this.configs = ofKind<Config>("configs.");
    this.services = Object.fromEntries(
      Object.keys(project.model.services).map((service) => [service, resourcesOf(service, planned, made)]),
    );
    this.registerOutputs({
      projectName: project.name,
      ...(args.type === "swarm"
        ? { services: this.#idsOf(({ service }) => service?.serviceId) }
        : { containers: this.#idsOf(({ containers }) => containers.map(({ containerId }) => containerId)) }),
    });
  }

  #idsOf(ids: (resources: ComposeServiceResources) => pulumi.Input<unknown>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(this.services).map(([name, resources]) => [name, ids(resources)]),
    );
  }

  /** What a service consists of. Throws if the files have no such service, or only in a profile that is not active. */
  service(name: string): ComposeServiceResources {
    const found = this.services[name];
    if (found) return found;
    const names = Object.keys(this.services).join(", ");
    throw new pulumi.ResourceError(`there is no service "${name}" in the project; there are: ${names}`, this);
  }
}

type Made = Network | Volume | Image | Container | Service | Secret | Config;

/** What only containers of an engine can have. */
const STANDALONE = {
  nodeName: "a swarm picks the nodes, by `deploy.placement` of the services",
  fileMode: "configs and secrets of a swarm are objects of its own",
} as const;

function refuseOnSwarm(name: string, args: ComposeProjectArgs): void {
  if (args.type !== "swarm") return;
  for (const key of Object.keys(STANDALONE) as (keyof typeof STANDALONE)[])
    if (args[key] !== undefined)
      throw new pulumi.RunError(
        `ComposeProject "${name}": \`${key}\` and \`type: "swarm"\` exclude each other: ${STANDALONE[key]}`,
      );
}

function filesOf({ files, content }: ComposeProjectArgs): compose.ComposeSource[] {
  if (content !== undefined) {
    if (files !== undefined)
      throw new pulumi.RunError("ComposeProject: `files` and `content` exclude each other");
    return [{ name: "content", text: content }];
  }
  return [files ?? "compose.yaml"].flat().map((file: File) => {
    if (typeof file === "string") return file;
    if (file instanceof pulumi.asset.StringAsset) return { name: "content", text: known(file.text) };
    return known(file.path);
  });
}

function known(text: string | Promise<string>): string {
  if (typeof text === "string") return text;
  throw new pulumi.RunError(
    "ComposeProject: the text or path of a Compose file is a promise. It must be known when the program declares the project: await it first",
  );
}

function refuseUnknown(name: string, overrides: object, services: object): void {
  const stranger = Object.keys(overrides).find((service) => !(service in services));
  if (stranger === undefined) return;
  throw new pulumi.RunError(
    `ComposeProject "${name}": \`services\` has "${stranger}", and the files have no such service (or only in a profile that is not active); there are: ${Object.keys(services).join(", ")}`,
  );
}

const CLASSES = { Network, Volume, Image, Container, Service, Secret, Config };

function declare(
  parent: ComposeProject,
  name: string,
  planned: compose.Planned,
  args: ComposeProjectArgs,
  made: ReadonlyMap<string, Made>,
  placeholders: Placeholders,
): Made {
  const { kind, suffix, dependsOn, unmanagedLabels } = planned;
  const { endpointId, nodeName, registryId, access, adopt } = args;
  const shared = {
    ...(endpointId !== undefined && { endpointId }),
    ...(nodeName !== undefined && { nodeName }),
    ...(registryId !== undefined && ["Container", "Image", "Service"].includes(kind) && { registryId }),
    ...(access !== undefined && kind !== "Image" && { access }),
    ...(adopt !== undefined && kind !== "Image" && { adopt }),
  };
  const own = placeholders.fill(planned.args, made) as Record<string, unknown>;
  const over = overridesFor(planned, args);
  const merged = Object.fromEntries(
    ["env", "labels", "containerLabels"].flatMap((key) =>
      over[key] === undefined ? [] : [[key, mergedTexts(own[key], over[key])] as const],
    ),
  );
  const Class = CLASSES[kind] as new (
    name: string,
    args: never,
    options: pulumi.CustomResourceOptions,
  ) => Made;
  return new Class(`${name}-${suffix}`, { ...shared, ...own, ...over, ...merged } as never, {
    parent,
    dependsOn: dependsOn.flatMap((key) => made.get(key) ?? []),
    ignoreChanges: unmanagedLabels.map((label) => `labels["${label}"]`),
  });
}

/** The program's arguments for the containers, or the service of a swarm, which has its image as a label too. */
function overridesFor(
  { kind, service = "" }: compose.Planned,
  { services }: ComposeProjectArgs,
): Readonly<Record<string, unknown>> {
  const over: Readonly<Record<string, unknown>> = { ...services?.[service] };
  if (kind === "Container") return over;
  if (kind !== "Service") return {};
  const { image, labels = {} } = over;
  return image === undefined
    ? over
    : { ...over, labels: mergedTexts({ "com.docker.stack.image": image }, labels) };
}

const mergedTexts = (own: unknown, given: unknown): unknown =>
  pulumi.Output.isInstance(given) || given instanceof Promise
    ? pulumi.all([own, given]).apply(([left, right]) => ({ ...(left as object), ...(right as object) }))
    : { ...(own as object), ...(given as object) };

function resourcesOf(
  service: string,
  planned: readonly compose.Planned[],
  made: ReadonlyMap<string, Made>,
): ComposeServiceResources {
  const own = planned
    .filter((one) => one.service === service)
    .sort((left, right) => left.key.localeCompare(right.key, "en", { numeric: true }))
    .map(({ key }) => made.get(key));
  const image = own.find((one) => one instanceof Image);
  const inSwarm = own.find((one) => one instanceof Service);
  return {
    containers: own.filter((one) => one instanceof Container),
    ...(inSwarm && { service: inSwarm }),
    ...(image && { image }),
  };
}

/**
 * Variables whose values come from other resources, or are secret. The files are read with a placeholder for each: a
 * letter that no text has, the variable's name, and such a letter again.
 */
class Placeholders {
  /** The variables, with their values or placeholders. */
  readonly variables: Readonly<Record<string, string>>;
  readonly #outputs = new Map<string, pulumi.Output<string>>();

  constructor(environment: Readonly<Record<string, pulumi.Input<string>>>) {
    this.variables = Object.fromEntries(
      Object.entries(environment)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => {
          if (!pulumi.Output.isInstance(value) && !(value instanceof Promise)) return [name, String(value)];
          this.#outputs.set(name, pulumi.output(value));
          return [name, `\uE000${name}\uE001`];
        }),
    );
  }

  /** The arguments with the values in the places of placeholders, and resources in those of references. */
  fill(value: unknown, made: ReadonlyMap<string, Made>): unknown {
    const { Reference, SecretText } = require("../compose") as typeof compose;
    if (typeof value === "string") return this.#text(value);
    if (value instanceof SecretText) return pulumi.secret(this.#text(value.text));
    if (value instanceof Reference) return made.get(value.key);
    if (Array.isArray(value)) return value.map((item) => this.fill(item, made));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.fill(inner, made)]));
  }

  #text(text: string): pulumi.Input<string> {
    const parts = text.split(PLACEHOLDER);
    if (parts.length === 1) return text;
    const filled = parts.map((part, at) => (at % 2 === 0 ? part : (this.#outputs.get(part) ?? "")));
    return pulumi.all(filled).apply((texts) => texts.join(""));
  }

  /** Runs what reads the files. An error names variables in the places of their placeholders. */
  explaining<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "ComposeError") throw error;
      const [, name] = PLACEHOLDER.exec(error.message) ?? [];
      const hint = name
        ? `. The value of ${name} is an output or a secret, and can only stand in a text that a container gets as it is: here it must be known when the program runs`
        : "";
      throw new pulumi.RunError(
        error.message.replaceAll(ALL_PLACEHOLDERS, (_all, variable) => `\${${variable}}`) + hint,
      );
    }
  }
}

const PLACEHOLDER = /\uE000(\w+)\uE001/;
const ALL_PLACEHOLDERS = new RegExp(PLACEHOLDER, "g");
