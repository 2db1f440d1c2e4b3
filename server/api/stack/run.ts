import { StackType } from "../../../contract";
import type { Caller } from "../../auth/caller";
import { mayUseRegistry } from "../../auth/registry";
import { type Deployment, deploy, resolved, undeploy } from "../../deploy";
import { callEngine } from "../../engine-call";
import type { GatewayEnvironment } from "../../gateway/host";
import { HttpError } from "../../http-error";
import type { Services } from "../../services";
import type { EndpointRecord, StackRecord } from "../../store/records";
import { connectionOf } from "../endpoint/connection";
import { forbidden, restricts } from "./policy";

/** Deploys a stack for a caller, who is refused what the environment forbids its standard users. */
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

/** Removes what a stack runs. */
export async function stopStack(
  services: Services,
  caller: Caller,
  stack: StackRecord,
  endpoint: EndpointRecord,
): Promise<void> {
  await undeploy(await deploymentOf(services, caller, stack, endpoint)).catch(failed);
}

/** Whether the engine has anything that says it belongs to a stack of this name. */
export async function isRunning(
  services: Services,
  stack: StackRecord,
  endpoint: EndpointRecord,
): Promise<boolean> {
  const labelled = (label: string) =>
    `filters=${encodeURIComponent(JSON.stringify({ label: [`${label}=${stack.Name}`] }))}`;
  const environment = await connectionOf(services, endpoint);
  const paths = [`/containers/json?all=1&${labelled("com.docker.compose.project")}`];
  if (stack.SwarmId !== "") paths.push(`/services?${labelled("com.docker.stack.namespace")}`);
  const lists = await Promise.all(paths.map((path) => listOf(environment, path)));
  return lists.some((list) => list.length > 0);
}

async function listOf(environment: GatewayEnvironment, path: string): Promise<unknown[]> {
  const answer = await callEngine(environment, { method: "GET", path }).catch((cause: Error) => {
    throw new HttpError(500, "Unable to check for name collision", cause.message, { cause });
  });
  if (answer.status !== 200) throw new HttpError(500, "Unable to check for name collision", answer.text);
  return JSON.parse(answer.text) as unknown[];
}

async function deploymentOf(
  services: Services,
  caller: Caller,
  stack: StackRecord,
  endpoint: EndpointRecord,
): Promise<Deployment> {
  const { store } = services;
  return {
    // A name of signs only is left with nothing; Compose wants something to call the project by.
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
