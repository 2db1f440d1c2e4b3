import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import type { GatewayEnvironment, RegistryCredentials } from "../../gateway/host";
import type { StackVariable } from "../../store/records";

const run = promisify(execFile);
const TIMEOUT = 30 * 60_000;

/** What is deployed, and where to. */
export interface Deployment {
  readonly name: string;
  readonly isSwarm: boolean;
  readonly environment: GatewayEnvironment;
  readonly files: Readonly<Record<string, string>>;
  /** The files to deploy, in the order in which later ones overrule earlier ones. */
  readonly paths: readonly string[];
  readonly variables: readonly StackVariable[];
  readonly registries: readonly RegistryCredentials[];
}

/** Makes the engine run what the files say, with the docker CLI of this machine. */
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

/** Removes what the engine runs of a stack; its volumes stay. */
export function undeploy(deployment: Deployment): Promise<void> {
  return withCli(deployment, async (docker) => {
    if (deployment.isSwarm) await docker(["stack", "rm", deployment.name]);
    else await docker([...projectArguments(deployment), "down", "--remove-orphans"]);
  });
}

/** The files as Compose understands them: variables filled in, short forms written out. */
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

/** As much of a Compose file as is checked. */
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

/** Where a stack's own files find its variables, as in Portainer. */
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

/** The CLI gets nothing of this process but where to find programs: a stack's files can read its environment. */
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

/** With what an agent wants to see in every request. */
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
