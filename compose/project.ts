/** A Compose project as it is to run: read, checked against the specification, and limited to the active services. */
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { parseEnvFile } from "./env-file";
import type { Variables } from "./interpolate";
import { type ComposeSource, type LoadedFiles, loadFiles } from "./load";
import { type ComposeFileSource, type ComposeModel, ComposeSchema, type ComposeService } from "./schema";
import { ComposeError, nearest, type Place, type Tree, toPlain } from "./source";
import { UNSUPPORTED } from "./unsupported";

export interface ProjectOptions {
  readonly files: readonly ComposeSource[];
  /** The folder that relative paths start from. @default the folder of the first file; of a text, the current one */
  readonly folder?: string | undefined;
  readonly variables?: Variables | undefined;
  /** Files of variables, the later ones over the earlier ones. @default `.env` in the project's folder, if it is there */
  readonly envFiles?: readonly string[] | undefined;
  /** Profiles whose services run too; `"*"` is all. */
  readonly profiles?: readonly string[] | undefined;
  readonly projectName?: string | undefined;
  /** The project's name if neither `projectName` nor a file has one. */
  readonly otherwise: string;
  /** What to do with keys that are not carried out. @default "error" */
  readonly unsupported?: "error" | "warn" | undefined;
}

export interface Project {
  readonly name: string;
  readonly folder: string;
  readonly paths: readonly string[];
  readonly model: ComposeModel;
  readonly variables: Variables;
  readonly warnings: readonly string[];
  /** An error about a key, with the place where it was written. */
  fault(path: readonly PropertyKey[], reason: string): ComposeError;
  /** The text of a file of the project. */
  readText(path: string): string;
  /** Refuses a key that is not carried out, or warns of it. */
  refuse(path: readonly PropertyKey[], reason: string): void;
}

export function readProject(options: ProjectOptions): Project {
  const loaded = loadFiles(options);
  const warnings = [...loaded.warnings];
  const isStrict = options.unsupported !== "warn";
  const fault = (path: readonly PropertyKey[], reason: string): ComposeError =>
    new ComposeError(reason, nearest(loaded.tree, path).place, keyInWords(path));
  const refuse = (path: readonly PropertyKey[], reason: string): void => {
    const error = fault(path, `${reason}. \`unsupported: "warn"\` goes on without it`);
    if (isStrict) throw error;
    warnings.push(fault(path, `is left out: ${reason}`).message);
  };
  const whole = parseModel(loaded.tree, refuse);
  const services = activeServices(whole, options.profiles ?? [], fault);
  const model = { ...whole, services: withFiles(services, loaded) };
  const project = { ...loaded, name: loaded.projectName, model, warnings, fault, refuse };
  checkReferences(project);
  return project;
}

const keyInWords = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
    "",
  );

type Path = readonly PropertyKey[];
interface Issue {
  readonly path: Path;
  readonly message: string;
  /** The keys that the schema does not have. */
  readonly strangers?: readonly string[];
}

function parseModel(tree: Tree, refuse: Project["refuse"], plain = toPlain(tree)): ComposeModel {
  const parsed = ComposeSchema.safeParse(plain);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) => issuesOf(issue, []));
  const [other] = issues.filter(({ strangers }) => strangers === undefined);
  if (other) throw new ComposeError(other.message, nearest(tree, other.path).place, keyInWords(other.path));
  for (const { path, strangers = [] } of issues) {
    for (const key of strangers) {
      const whole = [...path, key];
      refuse(whole, reasonFor(whole));
      remove(plain, whole);
    }
  }
  return parseModel(tree, refuse, plain);
}

/** Whether an issue says that the value has another form than the one that was tried. */
const isOfAnotherForm = ({ path, code }: z.core.$ZodIssue): boolean =>
  path.length === 0 && ["invalid_type", "invalid_value", "invalid_format"].includes(code);

/** The issues of a union are those of the form that was written. */
function issuesOf(issue: z.core.$ZodIssue, above: Path): Issue[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") return [{ path, message: issue.message, strangers: issue.keys }];
  if (issue.code === "invalid_union") {
    const meant = issue.errors.find((issues) => !issues.some(isOfAnotherForm));
    if (meant && meant.length > 0) return meant.flatMap((one) => issuesOf(one, path));
  }
  return [{ path, message: issue.message }];
}

/** `services.web.ports` is `services.*.ports` in the table. */
function reasonFor(path: Path): string {
  const texts = path.map(String);
  const pattern = texts
    .map((key, at) => (at === 1 || (texts[at - 1] === "networks" && at > 1) ? "*" : key))
    .join(".");
  const reason = UNSUPPORTED[pattern];
  return reason === undefined
    ? "is no key of the Compose specification here"
    : `is not carried out: ${reason}`;
}

function remove(value: unknown, [key, ...rest]: Path): void {
  const holder = value as Record<PropertyKey, unknown>;
  if (key === undefined || typeof holder !== "object" || holder === null) return;
  if (rest.length === 0) delete holder[key];
  else remove(holder[key], rest);
}

/** The services without a profile, those of an active one, and nothing else. */
function activeServices(
  { services }: ComposeModel,
  profiles: readonly string[],
  fault: Project["fault"],
): Record<string, ComposeService> {
  const isActive = (service: ComposeService): boolean =>
    service.profiles.length === 0 ||
    profiles.includes("*") ||
    service.profiles.some((one) => profiles.includes(one));
  const active = Object.fromEntries(Object.entries(services).filter(([, service]) => isActive(service)));
  for (const [name, service] of Object.entries(active)) {
    for (const [other, { required }] of Object.entries(service.depends_on)) {
      if (other in active || !required) continue;
      const profile = services[other]?.profiles[0];
      throw fault(
        ["services", name, "depends_on", other],
        profile === undefined
          ? `there is no service "${other}"`
          : `the service "${other}" is only in the profile "${profile}": add it to \`profiles\`, or say \`required: false\``,
      );
    }
  }
  return active;
}

/** The environment of each service with its `env_file`s and the variables that it names without a value; its labels likewise. */
function withFiles(
  services: Readonly<Record<string, ComposeService>>,
  { tree, variables, readText }: LoadedFiles,
): Record<string, ComposeService> {
  const placeOf = (...path: string[]): Place => nearest(tree, path).place;
  const withFile = ([name, service]: [string, ComposeService]): [string, ComposeService] => {
    const fromFiles = service.env_file.map(({ path, required, format }) => {
      const text = required ? readText(path, placeOf("services", name, "env_file")) : optional(path);
      return parseEnvFile(text, path, variables, () => undefined, format);
    });
    const own = Object.entries(service.environment).flatMap(([key, value]) => {
      const text = value ?? variables[key];
      return text === undefined ? [] : [[key, text] as const];
    });
    const labels = (service.label_file ?? []).map((path) =>
      parseEnvFile(readText(path, placeOf("services", name, "label_file")), path, variables, () => undefined),
    );
    return [
      name,
      {
        ...service,
        environment: Object.assign({}, ...fromFiles, Object.fromEntries(own)),
        labels: Object.assign({}, ...labels, service.labels),
      },
    ];
  };
  return Object.fromEntries(Object.entries(services).map(withFile));
}

function optional(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Every network, volume, config, secret and service that a service names must be there. */
function checkReferences({ model, fault }: Project): void {
  const require = (kind: string, there: object, name: string, path: Path): void => {
    if (name in there) return;
    throw fault(path, `there is no ${kind} "${name}" in \`${kind}s\``);
  };
  for (const [name, service] of Object.entries(model.services)) {
    const at = (...path: PropertyKey[]): Path => ["services", name, ...path];
    if (service.image === undefined && service.build === undefined)
      throw fault(at(), "a service has an `image` or a `build`");
    if (service.networks && service.network_mode !== undefined)
      throw fault(at("network_mode"), "`networks` and `network_mode` exclude each other");
    for (const network of Object.keys(service.networks ?? {}))
      if (network !== "default") require("network", model.networks, network, at("networks", network));
    for (const [index, { type, source }] of service.volumes.entries())
      if (type === "volume" && source !== undefined)
        require("volume", model.volumes, source, at("volumes", index));
    for (const [index, { source }] of service.secrets.entries())
      require("secret", model.secrets, source, at("secrets", index));
    for (const [index, { source }] of service.configs.entries())
      require("config", model.configs, source, at("configs", index));
    for (const [key, mode] of [
      ["network_mode", service.network_mode],
      ["ipc", service.ipc],
      ["pid", service.pid],
    ] as const) {
      const other = mode?.startsWith("service:") ? mode.slice("service:".length) : undefined;
      if (other !== undefined) require("service", model.services, other, at(key));
    }
    for (const [index, text] of service.volumes_from.entries())
      if (!text.startsWith("container:"))
        require("service", model.services, text.split(":")[0] ?? "", at("volumes_from", index));
    for (const [index, text] of service.links.entries())
      require("service", model.services, text.split(":")[0] ?? "", at("links", index));
  }
  for (const kind of ["secrets", "configs"] as const) {
    const all: Readonly<Record<string, Partial<ComposeFileSource>>> = model[kind];
    for (const [name, { external, file, environment, content, driver }] of Object.entries(all))
      if (!external && [file, environment, content, driver].every((given) => given === undefined))
        throw fault(
          [kind, name],
          "has nothing in it: give it a `file`, an `environment` or, as a config, a `content`",
        );
  }
}
