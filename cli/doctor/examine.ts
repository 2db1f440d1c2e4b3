import type { Endpoint, Status } from "../../contract";
import { type Connection, connect, disconnect } from "../../provider/connection";
import type { SettingTexts } from "../../provider/core/connection-settings";
import { isNotFound } from "../../provider/core/errors";
import { certificatesOf } from "./certificates";
import { endpointsOf, environmentOf } from "./environment";
import { clockProblem, type Found, type Limits, measured, nothing, problem, problemOf } from "./finding";
import { identityOf, keysOf } from "./identity";
import { askReplicas } from "./replicas";
import {
  type Identity,
  type KeyReport,
  type Problem,
  type Replica,
  type Report,
  type ServerReport,
  statusOf,
} from "./report";

/** Asks the server, and through it each engine, how they are. Nothing is changed. */
export async function examine(settings: SettingTexts, limits: Limits): Promise<Report> {
  const connection = connect(settings);
  const { url } = connection;
  const now = Date.now();
  try {
    const [server, replicas] = await Promise.all([
      serverOf(connection),
      askReplicas(url, settings, limits.timeout),
    ]);
    const identity = server.value ? await identityOf(connection) : nothing<Identity | null>(null);
    const endpoints = identity.value
      ? await endpointsOf(connection.client, limits)
      : nothing<readonly Endpoint[]>([]);
    const [environments, keys, certificates] = await Promise.all([
      Promise.all(
        endpoints.value.map((endpoint) => environmentOf(connection.client, endpoint, identity.value, limits)),
      ),
      identity.value ? keysOf(connection, identity.value.id, now, limits) : nothing<readonly KeyReport[]>([]),
      certificatesOf(url, settings, endpoints.value, now, limits),
    ]);
    const problems = [
      ...server.problems,
      ...(server.value ? replicaProblems(replicas) : []),
      ...identity.problems,
      ...endpoints.problems,
      ...environments.flatMap((environment) => environment.problems),
      ...certificates.problems,
      ...keys.problems,
    ];
    return {
      url,
      time: new Date(now).toISOString(),
      status: statusOf(problems),
      server: server.value,
      replicas,
      identity: identity.value,
      environments: environments.map(({ value }) => value),
      certificates: certificates.value,
      keys: keys.value,
      problems,
    };
  } finally {
    await disconnect();
  }
}

async function serverOf(connection: Connection): Promise<Found<ServerReport | null>> {
  let status: Status;
  let latency: number;
  try {
    await connection.status(); // Opens the connection, so that what follows is the server's own time.
    [status, latency] = await measured(() => connection.as(undefined).status.getSystem({}));
  } catch (error) {
    return { value: null, problems: [problemOf(error, "server")] };
  }
  const { Version: version, InstanceID: instanceId } = status;
  const edition = await editionOf(connection);
  return { value: { version, edition, instanceId, latency }, problems: await newnessOf(connection, version) };
}

/** Since 2.20, for whoever is logged in; the problems of a login are those of the identity. */
async function editionOf({ as, credentials }: Connection): Promise<string | null> {
  if (!credentials) return null;
  try {
    return (await as(credentials).status.version({})).ServerEdition ?? null;
  } catch {
    return null;
  }
}

/** The oldest release that this package supports. */
const OLDEST = [2, 19] as const;

async function newnessOf(connection: Connection, version: string): Promise<Problem[]> {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  const problems = isOld
    ? [
        problem(
          "warning",
          "server",
          `Portainer ${version} is older than 2.19, the oldest that is supported: update it.`,
        ),
      ]
    : [];
  try {
    await connection.as(undefined).users.checkAdmin({});
    return problems;
  } catch (error) {
    if (!isNotFound(error)) return [...problems, problemOf(error, "server")];
    return [
      ...problems,
      problem(
        "critical",
        "server",
        "There is no administrator yet: create one, with an AdminUser or in the browser.",
      ),
    ];
  }
}

function replicaProblems(replicas: readonly Replica[]): Problem[] {
  const answering = replicas.filter(({ instanceId }) => instanceId !== null);
  const different = (key: "instanceId" | "version") => [...new Set(answering.map((replica) => replica[key]))];
  const instances = different("instanceId");
  const versions = different("version");
  // When nobody answers here but the client got through, a proxy stands between.
  const silent = answering.length === 0 ? [] : replicas.filter(({ instanceId }) => instanceId === null);
  return [
    ...(instances.length > 1
      ? [
          problem(
            "critical",
            "replicas",
            `Different installations answer at one url: ${instances.join(", ")}. Replicas of a server share one database.`,
          ),
        ]
      : []),
    ...(versions.length > 1
      ? [problem("warning", "replicas", `Replicas have different versions: ${versions.join(", ")}.`)]
      : []),
    ...silent.map(({ address }) =>
      problem(
        "warning",
        "replicas",
        `There was no valid answer from ${address}; others of the same name answer.`,
      ),
    ),
    ...answering.flatMap(({ address, clockDifference }) =>
      clockProblem(`server at ${address}`, clockDifference),
    ),
  ];
}
