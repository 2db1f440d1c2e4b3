import type { PortainerClient } from "../../client";
import { type Endpoint, EndpointStatus, EndpointType } from "../../contract";
import { chosen, isDocker } from "../environments";
import { clockProblem, type Found, type Limits, measured, nothing, problem, problemOf } from "./finding";
import { type EngineReport, type EnvironmentReport, EXIT_CODES, type Identity, type Problem } from "./report";
import { forbiddenBy } from "./role";

export async function endpointsOf(
  client: PortainerClient,
  { endpoints }: Limits,
): Promise<Found<readonly Endpoint[]>> {
  try {
    const all = await client.endpoints.list({ query: { excludeSnapshots: "true" } });
    return nothing(chosen(all, endpoints, EXIT_CODES.unknown));
  } catch (error) {
    return { value: [], problems: [problemOf(error, "environments")] };
  }
}

const TYPES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(EndpointType).map(([name, number]) => [number, name]),
);

export async function environmentOf(
  client: PortainerClient,
  endpoint: Endpoint,
  identity: Identity | null,
  { timeout }: Limits,
): Promise<Found<EnvironmentReport>> {
  const { Id: id, Name: name, Type, Status, SecuritySettings } = endpoint;
  const subject = `environment ${name}`;
  const mayNot = identity?.role === "administrator" ? [] : forbiddenBy(SecuritySettings);
  const common = { id, name, type: TYPES[Type] ?? String(Type), mayNot };
  if (!isDocker(endpoint)) {
    const reachable = Status === EndpointStatus.up;
    const down = problem("critical", subject, "Portainer could not reach it when it last tried.");
    return {
      value: { ...common, reachable, latency: null, engine: null },
      problems: reachable ? [] : [down],
    };
  }
  try {
    const { engine, latency } = await engineOf(client, id, timeout);
    return {
      value: { ...common, reachable: true, latency, engine },
      problems: [...clockProblem(subject, engine.clockDifference), ...serviceProblems(subject, engine)],
    };
  } catch (error) {
    const failed = { ...common, reachable: false, latency: null, engine: null };
    return { value: failed, problems: [problemOf(error, subject)] };
  }
}

async function engineOf(
  client: PortainerClient,
  endpointId: number,
  timeout: number,
): Promise<{ readonly engine: EngineReport; readonly latency: number }> {
  const docker = client.docker(endpointId);
  const [version, latency] = await measured(() => docker.system.version({}, { timeout }));
  const usedApiVersion = await docker.apiVersion({ timeout });
  const info = await docker.system.info({}, { timeout });
  const now = Date.now();
  const isManager = Boolean(info.Swarm?.Cluster?.ID);
  const services = isManager ? await docker.services.list({ query: { status: "true" } }, { timeout }) : null;
  const time = typeof info["SystemTime"] === "string" ? Date.parse(info["SystemTime"]) : Number.NaN;
  return {
    latency,
    engine: {
      version: version.Version,
      apiVersion: version.ApiVersion,
      minApiVersion: version.MinAPIVersion ?? null,
      usedApiVersion,
      name: info.Name ?? null,
      clockDifference: Number.isNaN(time) ? null : Math.round((time - now + latency / 2) / 1000),
      services:
        services?.flatMap(({ Spec, ServiceStatus }) =>
          ServiceStatus
            ? [
                {
                  name: Spec.Name ?? "",
                  running: ServiceStatus.RunningTasks,
                  desired: ServiceStatus.DesiredTasks,
                },
              ]
            : [],
        ) ?? null,
    },
  };
}

const serviceProblems = (subject: string, { services }: EngineReport): Problem[] =>
  (services ?? [])
    .filter(({ running, desired }) => running < desired)
    .map(({ name, running, desired }) =>
      problem(
        running === 0 ? "critical" : "warning",
        subject,
        `Of service ${name} ${running} of ${desired} tasks run.`,
      ),
    );
