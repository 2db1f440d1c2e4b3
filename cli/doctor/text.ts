import type { EnvironmentReport, Replica, Report, Severity } from "./report";

/** The report for people. Its first line is the one that monitoring systems show. */
export function textOf(report: Report): string {
  const { url, status, server, replicas, identity, environments, certificates, keys, problems } = report;
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    [
      "Server",
      server
        ? [
            `Portainer ${server.version}${server.edition ? ` ${server.edition}` : ""}, ${server.latency} ms`,
            `instance ${server.instanceId}`,
          ]
        : [],
    ],
    ["Replicas", replicas.map(replicaLine)],
    [
      "Identity",
      identity
        ? [
            `${identity.username}, ${identity.role}, by ${identity.by}`,
            ...Object.entries(identity.mayNot).map(
              ([entity, operations]) => `may not, of ${entity}: ${operations.join(", ")}`,
            ),
          ]
        : [],
    ],
    ["Environments", environments.flatMap(environmentLines)],
    [
      "Certificates",
      certificates.map(({ of, daysLeft, subject }) => `${of}: ${daysLeft} days left (${subject})`),
    ],
    [
      "API keys",
      keys.map(
        ({ prefix, description, ageInDays, lastUsed, inUse }) =>
          `${prefix} "${description}": ${ageInDays} days old, ${lastUsed ? `last used ${lastUsed.slice(0, 10)}` : "never used"}${inUse ? ", in use here" : ""}`,
      ),
    ],
    ["Problems", problems.map(({ severity, subject, message }) => `${severity}: ${subject}: ${message}`)],
  ];
  return [
    `${status.toUpperCase()}: ${summary(report)} at ${url}`,
    ...sections
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([title, lines]) => ["", title, ...lines.map((line) => `  ${line}`)]),
    "",
  ].join("\n");
}

function summary({ problems, environments }: Report): string {
  const count = (severity: Severity) => problems.filter((one) => one.severity === severity).length;
  const counts = (["critical", "warning", "unknown"] as const)
    .filter((severity) => count(severity) > 0)
    .map((severity) => `${count(severity)} ${severity}`);
  const reachable = environments.filter((environment) => environment.reachable).length;
  return [...counts, `${reachable} of ${environments.length} environments reachable`].join(", ");
}

function replicaLine({ address, version, latency, clockDifference }: Replica): string {
  if (version === null) return `${address}: no answer`;
  const clock = clockDifference === null ? "" : `, clock ${signed(clockDifference)} s`;
  return `${address}: ${version}, ${latency} ms${clock}`;
}

function environmentLines({
  id,
  name,
  type,
  reachable,
  latency,
  engine,
  mayNot,
}: EnvironmentReport): string[] {
  const title = `${id} ${name} (${type})`;
  const forbidden = mayNot.length === 0 ? [] : [`  may not use: ${mayNot.join(", ")}`];
  if (!engine) return [`${title}: ${reachable ? "up, as Portainer says" : "not reachable"}`, ...forbidden];
  const { version, apiVersion, minApiVersion, usedApiVersion, clockDifference, services } = engine;
  const versions = `${version}, API ${minApiVersion ? `${minApiVersion} to ` : ""}${apiVersion} (used: ${usedApiVersion})`;
  const clock = clockDifference === null ? "" : `, clock ${signed(clockDifference)} s`;
  return [
    `${title}: engine ${versions}, ${latency} ms${clock}`,
    ...(services ?? []).map(
      (service) => `  service ${service.name}: ${service.running} of ${service.desired} tasks`,
    ),
    ...forbidden,
  ];
}

const signed = (seconds: number): string => (seconds < 0 ? String(seconds) : `+${seconds}`);
