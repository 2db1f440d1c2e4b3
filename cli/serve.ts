import { readFileSync } from "node:fs";
import { parseDuration, type ServerOptions, startServer } from "../server";
import { requireUsable } from "../server/https/identity";
import { releaseYoungHeap } from "./heap";
import { type Flags, HELP, readFlags } from "./serve-flags";
import { UsageError } from "./usage-error";

/** How long running requests may take to finish after a SIGTERM, in milliseconds. */
const GRACE = 30_000;

/** Serves until SIGTERM or SIGINT. */
export async function serve(args: string[]): Promise<void> {
  const flags = readFlags(args, process.env);
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  const server = await startServer(optionsOf(flags));
  releaseYoungHeap();
  const stop = () => {
    void server.stop(GRACE);
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
}

function optionsOf(flags: Flags): ServerOptions {
  const admin = administrator(flags);
  const https = httpsOf(flags);
  const httpDisabled = httpDisabledOf(flags);
  return {
    ...address("--bind", flags.bind),
    data: flags.data,
    record: false,
    adminInitTimeout: milliseconds(flags["admin-init-timeout"]),
    logLevel: logLevel(flags["log-level"]),
    ...(https && { https }),
    ...(httpDisabled !== undefined && { httpDisabled }),
    ...(admin && { admin }),
    ...(flags.host !== undefined && { engine: engineOf(flags.host, flags) }),
    ...(process.env["AGENT_SECRET"] && { agentSecret: process.env["AGENT_SECRET"] }),
    ...(flags.store !== undefined && { store: storeUrl(flags.store) }),
    ...(flags["setup-token"] !== undefined && { setupToken: flags["setup-token"] }),
  };
}

function address(flag: string, text: string): { host: string; port: number } {
  const [, host = "", port = ""] = /^(?:\[?([^\]]*?)\]?)?:(\d+)$/.exec(text) ?? [];
  if (port === "" || Number(port) > 65_535)
    throw new UsageError(`${flag} ${text}: expected host:port or :port, such as 127.0.0.1:9000.`);
  return { host: host || "127.0.0.1", port: Number(port) };
}

/** Any flag that concerns HTTPS turns it on. */
function httpsOf(flags: Flags): ServerOptions["https"] {
  const { ssl, sslcert, sslkey, "bind-https": bind, "http-disabled": only } = flags;
  if ((sslcert === undefined) !== (sslkey === undefined))
    throw new UsageError("--sslcert and --sslkey go together.");
  if (!ssl && !only && sslcert === undefined && bind === undefined) return undefined;
  const where = address("--bind-https", bind ?? ":9443");
  if (sslcert === undefined || sslkey === undefined) return where;
  return { ...where, ...certificate(sslcert, sslkey) };
}

function certificate(certFile: string, keyFile: string): { cert: string; key: string } {
  const identity = { cert: read("--sslcert", certFile), key: read("--sslkey", keyFile) };
  try {
    requireUsable(identity);
  } catch (error) {
    throw new UsageError(`--sslcert ${certFile} --sslkey ${keyFile}: ${(error as Error).message}`);
  }
  return identity;
}

function httpDisabledOf(flags: Flags): boolean | undefined {
  if (flags["http-enabled"] && flags["http-disabled"])
    throw new UsageError("Give --http-enabled or --http-disabled, not both.");
  if (flags["http-disabled"]) return true;
  return flags["http-enabled"] ? false : undefined;
}

function administrator(flags: Flags): ServerOptions["admin"] {
  const { "admin-password": passwordHash, "admin-password-file": file } = flags;
  if (passwordHash !== undefined && file !== undefined)
    throw new UsageError("Give --admin-password or --admin-password-file, not both.");
  if (file !== undefined) return { password: read("--admin-password-file", file).trim() };
  if (passwordHash === undefined) return undefined;
  if (!/^\$2[aby]\$\d\d\$.{53}$/.test(passwordHash))
    throw new UsageError("--admin-password takes a bcrypt hash; a password goes into --admin-password-file.");
  return { passwordHash };
}

function engineOf(url: string, flags: Flags): NonNullable<ServerOptions["engine"]> {
  if (!flags.tlsverify) return { url };
  return {
    url,
    tls: {
      ca: read("--tlscacert", flags.tlscacert),
      cert: read("--tlscert", flags.tlscert),
      key: read("--tlskey", flags.tlskey),
    },
  };
}

function read(flag: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${flag} ${file}: ${(error as Error).message}`);
  }
}

/** The error does not quote the url, because it may hold a password. */
function storeUrl(text: string): string {
  if (/^postgres(?:ql)?:\/\//.test(text)) return text;
  throw new UsageError("--store: expected postgres://user:password@host/database.");
}

function milliseconds(text: string): number {
  const duration = parseDuration(text);
  if (duration === undefined)
    throw new UsageError(`--admin-init-timeout ${text}: expected a duration such as 5m or 90s.`);
  return duration;
}

const LEVELS = ["debug", "info", "warn", "error"] as const;

function logLevel(text: string): (typeof LEVELS)[number] {
  const level = LEVELS.find((candidate) => candidate === text.toLowerCase());
  if (!level) throw new UsageError(`--log-level ${text}: expected one of ${LEVELS.join(", ")}.`);
  return level;
}
