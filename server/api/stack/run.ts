import { type SecuritySettings, StackType } from "../../../contract";
import { mayUseRegistry } from "../../auth/access";
import type { Caller } from "../../auth/caller";
import { connectionOf, engineOf } from "../../environment";
import { type Engine, EngineRefusal } from "../../gateway";
import { HttpError } from "../../http-error";
import type { Services } from "../../services";
import type { EndpointRecord, StackRecord } from "../../store/records";
import {
  type ComposeModel,
  type ComposeService,
  type Deployment,
  deploy,
  resolved,
  undeploy,
} from "./deploy";

interface Rule {
  readonly allowedBy: keyof SecuritySettings;
  readonly forbids: (service: ComposeService) => boolean;
  readonly reason: string;
}

const RULES: readonly Rule[] = [
  {
    allowedBy: "allowBindMountsForRegularUsers",
    forbids: ({ volumes = [] }) => volumes.some(({ type }) => type === "bind"),
    reason: "bind-mount disabled for non administrator users",
  },
  {
    allowedBy: "allowPrivilegedModeForRegularUsers",
    forbids: ({ privileged = false }) => privileged,
    reason: "privileged mode disabled for non administrator users",
  },
  {
    allowedBy: "allowHostNamespaceForRegularUsers",
    forbids: ({ pid }) => pid === "host",
    reason: "pid host disabled for non administrator users",
  },
  {
    allowedBy: "allowDeviceMappingForRegularUsers",
    forbids: ({ devices = [] }) => devices.length > 0,
    reason: "device mapping disabled for non administrator users",
  },
  {
    allowedBy: "allowSysctlSettingForRegularUsers",
    forbids: ({ sysctls = {} }) => Object.keys(sysctls).length > 0,
    reason: "sysctl setting disabled for non administrator users",
  },
  {
    allowedBy: "allowContainerCapabilitiesForRegularUsers",
    forbids: ({ cap_add = [], cap_drop = [] }) => cap_add.length + cap_drop.length > 0,
    reason: "container capabilities disabled for non administrator users",
  },
];

/** Whether a stack must be checked at all. For swarm stacks, Portainer checks only whether bind mounts are forbidden. */
function restricts(settings: SecuritySettings, isSwarm: boolean): boolean {
  return isSwarm
    ? !settings.allowBindMountsForRegularUsers
    : RULES.some(({ allowedBy }) => !settings[allowedBy]);
}

/** The reason why standard users may not deploy a Compose model on an environment, if there is one. */
function forbidden(model: ComposeModel, settings: SecuritySettings): string | undefined {
  const services = Object.values(model.services ?? {});
  return RULES.find(({ allowedBy, forbids }) => !settings[allowedBy] && services.some(forbids))?.reason;
}

/** Deploys a stack. Standard users are refused what the environment forbids them. */
export async function runStack(
  services: Services,
  caller: Caller,
  stack: StackRecord,
  endpoint: EndpointRecord,
  options: { pull?: boolean | undefined; prune?: boolean | undefined } = {},
): Promise<void> {
  const deployment = await deploymentOf(services, caller, stack, endpoint);
  if (!caller.isAdmin && restricts(endpoint.SecuritySettings, stack.Type === StackType.swarm)) {
    const model = await resolved(deployment).catch(failed);
    const reason = forbidden(model, endpoint.SecuritySettings);
    if (reason) throw new HttpError(500, `stack config file is invalid: ${reason}`);
  }
  await deploy(deployment, { pull: options.pull ?? false, prune: options.prune ?? false }).catch(failed);
}

/** Removes a stack from its engine. */
export async function stopStack(
  services: Services,
  caller: Caller,
  stack: StackRecord,
  endpoint: EndpointRecord,
): Promise<void> {
  await undeploy(await deploymentOf(services, caller, stack, endpoint)).catch(failed);
}

/** Whether the engine has containers or services with the labels of a stack of this name. */
export async function isRunning(
  services: Services,
  stack: StackRecord,
  endpoint: EndpointRecord,
): Promise<boolean> {
  const labelled = (label: string) =>
    `filters=${encodeURIComponent(JSON.stringify({ label: [`${label}=${stack.Name}`] }))}`;
  const engine = await engineOf(services, endpoint);
  const paths = [`/containers/json?all=1&${labelled("com.docker.compose.project")}`];
  if (stack.SwarmId !== "") paths.push(`/services?${labelled("com.docker.stack.namespace")}`);
  const lists = await Promise.all(paths.map((path) => listOf(engine, path)));
  return lists.some((list) => list.length > 0);
}

async function listOf(engine: Engine, path: string): Promise<unknown[]> {
  return await engine.json<unknown[]>("GET", path).catch((cause: Error) => {
    const reason = cause instanceof EngineRefusal ? cause.text : cause.message;
    throw new HttpError(500, "Unable to check for name collision", reason, { cause });
  });
}

async function deploymentOf(
  services: Services,
  caller: Caller,
  stack: StackRecord,
  endpoint: EndpointRecord,
): Promise<Deployment> {
  const { store } = services;
  return {
    // The normalized name may be empty, but Compose needs a project name.
    name: stack.Name || String(stack.Id),
    isSwarm: stack.Type === StackType.swarm,
    environment: await connectionOf(services, endpoint),
    files: stack.Files,
    paths: [stack.EntryPoint, ...(stack.AdditionalFiles ?? [])],
    variables: stack.Env ?? [],
    registries: store.registries
      .filter((registry) => registry.Authentication && mayUseRegistry(caller, registry, endpoint.Id))
      .map(({ URL, Username, Password }) => ({ serveraddress: URL, username: Username, password: Password })),
  };
}

function failed(cause: Error): never {
  const message = `failed to deploy a stack: ${cause.message}`;
  throw new HttpError(500, message, message, { cause });
}

/** Reports a deployment that failed as the failure of what was asked for. */
export function failedTo(what: string, cause: unknown): never {
  throw new HttpError(500, `Unable to ${what}`, (cause as Error).message, { cause });
}
