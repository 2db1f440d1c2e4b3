/** From good to bad as monitoring systems have it; `unknown`: it could not be found out. */
export const SEVERITIES = ["ok", "unknown", "warning", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What the process ends with, by the convention of monitoring plugins (Nagios, Icinga, Zabbix). */
export const EXIT_CODES: Readonly<Record<Severity, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

export interface Problem {
  readonly severity: Exclude<Severity, "ok">;
  /** What has the problem: `environment edge-1`. */
  readonly subject: string;
  readonly message: string;
}

/** What `doctor` found out, as `--json` prints it. What is not known is null. */
export interface Report {
  readonly url: string;
  /** When it was asked, as an ISO date. */
  readonly time: string;
  readonly status: Severity;
  readonly server: ServerReport | null;
  readonly replicas: readonly Replica[];
  readonly identity: Identity | null;
  readonly environments: readonly EnvironmentReport[];
  readonly certificates: readonly CertificateReport[];
  /** The API keys of this user. */
  readonly keys: readonly KeyReport[];
  readonly problems: readonly Problem[];
}

export interface ServerReport {
  readonly version: string;
  /** `CE`; null where the release does not say. */
  readonly edition: string | null;
  readonly instanceId: string;
  /** How long it took to answer, in milliseconds. */
  readonly latency: number;
}

/** Who answers at one of the addresses of the server's name. */
export interface Replica {
  readonly address: string;
  readonly version: string | null;
  readonly instanceId: string | null;
  /** In milliseconds. */
  readonly latency: number | null;
  /** How far its clock is ahead of this machine's, in seconds. */
  readonly clockDifference: number | null;
}

export type Role = "administrator" | "team leader" | "standard user";

export interface Identity {
  readonly id: number;
  readonly username: string;
  readonly role: Role;
  readonly by: "API key" | "password";
  /** The operations of Portainer's API that the role is refused, by entity. */
  readonly mayNot: Readonly<Record<string, readonly string[]>>;
}

export interface EnvironmentReport {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly reachable: boolean;
  /** How long the engine took to answer through Portainer, in milliseconds. */
  readonly latency: number | null;
  readonly engine: EngineReport | null;
  /** What standard users may not do on it, where these are the credentials of one. */
  readonly mayNot: readonly string[];
}

export interface EngineReport {
  readonly version: string;
  readonly apiVersion: string;
  readonly minApiVersion: string | null;
  /** The version of its API that this package uses. */
  readonly usedApiVersion: string;
  readonly name: string | null;
  /** How far its clock is ahead of this machine's, in seconds. */
  readonly clockDifference: number | null;
  /** The services of its swarm; null where it manages none. */
  readonly services: readonly ServiceReport[] | null;
}

export interface ServiceReport {
  readonly name: string;
  readonly running: number;
  readonly desired: number;
}

export interface CertificateReport {
  /** Whose it is: the server's url, an environment, or a setting. */
  readonly of: string;
  readonly subject: string;
  readonly issuer: string;
  /** As an ISO date. */
  readonly expires: string;
  /** Whole days; below 0 after it has expired. */
  readonly daysLeft: number;
}

export interface KeyReport {
  readonly prefix: string;
  readonly description: string;
  /** Whether these are the credentials in use. */
  readonly inUse: boolean;
  readonly ageInDays: number;
  /** As an ISO date; null before the first use. */
  readonly lastUsed: string | null;
}

/** The worst of all problems. */
export const statusOf = (problems: readonly Problem[]): Severity =>
  problems.reduce<Severity>(
    (worst, { severity }) => (SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(worst) ? severity : worst),
    "ok",
  );
