import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import type { GatewayEnvironment, RegistryCredentials } from "../../gateway/host";
import type { StackVariable } from "../../store/records";

const run = promisify(execFile);
const TIMEOUT = 30 * 60_000;

/** What to deploy, and where. */
export interface Deployment {
  readonly name: string;
  readonly isSwarm: boolean;
  readonly environment: GatewayEnvironment;
  readonly files: Readonly<Record<string, string>>;
  /** The files to deploy; later ones override earlier ones. */
  readonly paths: readonly string[];
  readonly variables: readonly StackVariable[];
  readonly registries: readonly RegistryCredentials[];
}

/** Deploys a stack with the docker CLI of this machine. */
export function deploy(deployment: Deployment, { pull = false, prune = false } = {}): Promise<void> {
  const { name, isSwarm, paths } = deployment;
  return withCli(deployment, async (docker) => {
    if (isSwarm) {
      const files = paths.flatMap((path) => ["--compose-file", path]);
      const options = [...(prune ? ["--prune"] : []), "--resolve-image", pull ? "always" : "changed"];
      await docker(["stack", "deploy", ...options, "--with-registry-auth", ...files, name]);
    } else {
      const project = projectArguments(deployment);
      if (pull) await docker([...project, "pull"]);
      await docker([...project, "up", "--detach", ...(prune ? ["--remove-orphans"] : [])]);
    }
  });
}

/** Removes a stack from its engine, but keeps its volumes. */
export function undeploy(deployment: Deployment): Promise<void> {
  return withCli(deployment, async (docker) => {
    if (deployment.isSwarm) await docker(["stack", "rm", deployment.name]);
    else await docker([...projectArguments(deployment), "down", "--remove-orphans"]);
  });
}

/** The merged Compose model: variables resolved, short forms expanded. */
export function resolved(deployment: Deployment): Promise<ComposeModel> {
  return withCli(deployment, async (docker) => {
    const text = await docker([
      ...projectArguments(deployment),
      "config",
      "--format",
      "json",
      "--no-path-resolution",
    ]);
    return JSON.parse(text) as ComposeModel;
  });
}

/** The parts of a Compose model that are checked. */
export interface ComposeModel {
  readonly services?: Record<string, ComposeService>;
}

export interface ComposeService {
  readonly privileged?: boolean;
  readonly pid?: string;
  readonly devices?: readonly unknown[];
  readonly sysctls?: object;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly volumes?: readonly { readonly type?: string }[];
}

function projectArguments({ name, paths }: Deployment): string[] {
  const files = paths.flatMap((path) => ["--file", path]);
  return ["compose", "--project-name", name, "--env-file", ENV_FILE, ...files];
}

/** The name under which Portainer provides a stack's variables to its files. */
const ENV_FILE = "stack.env";

type Docker = (args: readonly string[]) => Promise<string>;

async function withCli<T>(deployment: Deployment, work: (docker: Docker) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-stack-"));
  try {
    const project = join(folder, deployment.name || "stack");
    await mkdir(project);
    for (const [path, content] of Object.entries(deployment.files)) await writeInside(project, path, content);
    await writeFile(join(project, ENV_FILE), deployment.variables.map(envLine).join(""));
    const env = await environmentOf(deployment, folder);
    return await work(async (args) => {
      try {
        const { stdout } = await run("docker", args, {
          cwd: project,
          env,
          timeout: TIMEOUT,
          maxBuffer: 16 << 20,
        });
        return stdout;
      } catch (error) {
        throw new Error(reasonOf(error as ExecError), { cause: error });
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeInside(folder: string, path: string, content: string): Promise<void> {
  const file = resolve(folder, path);
  if (!file.startsWith(folder + sep)) throw new Error(`${path} is not in the stack's folder`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

const envLine = ({ name, value }: StackVariable): string => `${name}='${value.replaceAll("'", "\\'")}'\n`;

/** The CLI gets a minimal environment, because a stack's files can read all of it. */
async function environmentOf(
  { environment, registries }: Deployment,
  folder: string,
): Promise<NodeJS.ProcessEnv> {
  const config = join(folder, "config");
  await mkdir(config, { mode: 0o700 });
  const auths = Object.fromEntries(
    registries.map(({ serveraddress, username, password }) => [
      serveraddress,
      { auth: Buffer.from(`${username}:${password}`).toString("base64") },
    ]),
  );
  const plugins = [join(process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker"), "cli-plugins")];
  await writeFile(
    join(config, "config.json"),
    JSON.stringify({ auths, HttpHeaders: headersOf(environment), cliPluginsExtraDirs: plugins }),
    {
      mode: 0o600,
    },
  );
  const { tls } = environment;
  const files = { ca: tls?.ca, cert: tls?.cert, key: tls?.key };
  for (const [name, content] of Object.entries(files))
    if (content !== undefined) await writeFile(join(config, `${name}.pem`), content, { mode: 0o600 });
  return {
    PATH: process.env["PATH"],
    HOME: folder,
    DOCKER_CONFIG: config,
    DOCKER_HOST: environment.url,
    ...(tls && { DOCKER_TLS: "1", DOCKER_CERT_PATH: config }),
    ...(tls && !tls.skipVerify && { DOCKER_TLS_VERIFY: "1" }),
  };
}

/** The headers that an agent requires in every request. */
function headersOf({ headers = [] }: GatewayEnvironment): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (let at = 0; at < headers.length; at += 2) pairs[headers[at] ?? ""] = headers[at + 1] ?? "";
  return pairs;
}

interface ExecError extends Error {
  readonly code?: string | number;
  readonly stderr?: string;
}

function reasonOf({ code, stderr = "", message }: ExecError): string {
  if (code === "ENOENT") return "the docker CLI is not installed on the server";
  if (/is not a docker command|unknown (?:shorthand flag|command)/.test(stderr))
    return "docker compose is not installed on the server";
  return stderr.trim() || message;
}
