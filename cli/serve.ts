import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseDuration, type ServerOptions, startServer } from "../server";
import { UsageError } from "./usage-error";

const HELP = `Usage: pulumi-portainer serve [options]

Options:
  -p, --bind <address>           Where to serve HTTP [default: :9000]
      --bind-https <address>     Where to serve HTTPS, with --sslcert and --sslkey [default: :9443]
      --http-disabled            Serve HTTPS only
      --sslcert <file>           Certificate of the server, PEM
      --sslkey <file>            Its key, PEM
  -d, --data <folder>            Where everything is kept [default: ./portainer-data]
      --admin-password <hash>    bcrypt hash of the password of a first user named admin
      --admin-password-file <f>  The same, with the password itself in a file
  -H, --host <url>               Engine of a first environment named primary
      --tlsverify                Speak TLS with that engine and check its certificate
      --tlscacert <file>         CA of that engine [default: /certs/ca.pem]
      --tlscert <file>           Client certificate for it [default: /certs/cert.pem]
      --tlskey <file>            Its key [default: /certs/key.pem]
      --admin-init-timeout <t>   Time to create an administrator in, such as 5m [default: 5m]
      --setup-token <token>      Asked of whoever does, in the header X-Setup-Token
      --log-level <level>        debug, info, warn or error [default: info]
      --help

An address is host:port, or :port, which here means 127.0.0.1: to be reached from elsewhere, say 0.0.0.0:9000.
`;

const OPTIONS = {
  bind: { type: "string", short: "p", default: ":9000" },
  "bind-https": { type: "string", default: ":9443" },
  "http-disabled": { type: "boolean", default: false },
  sslcert: { type: "string" },
  sslkey: { type: "string" },
  data: { type: "string", short: "d", default: "./portainer-data" },
  "admin-password": { type: "string" },
  "admin-password-file": { type: "string" },
  host: { type: "string", short: "H" },
  tlsverify: { type: "boolean", default: false },
  tlscacert: { type: "string", default: "/certs/ca.pem" },
  tlscert: { type: "string", default: "/certs/cert.pem" },
  tlskey: { type: "string", default: "/certs/key.pem" },
  "admin-init-timeout": { type: "string", default: "5m" },
  "setup-token": { type: "string" },
  "log-level": { type: "string", default: "info" },
  help: { type: "boolean", default: false },
} as const;

type Flags = ReturnType<typeof parse>;

/** How long requests that run at a SIGTERM may take to finish, in milliseconds. */
const GRACE = 30_000;

/** Serves until SIGTERM or SIGINT. */
export async function serve(args: string[]): Promise<void> {
  const flags = parse(args);
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  const server = await startServer(optionsOf(flags));
  const stop = () => {
    void server.stop(GRACE);
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nSee pulumi-portainer serve --help.`);
  }
}

function optionsOf(flags: Flags): ServerOptions {
  const admin = administrator(flags);
  const https = httpsOf(flags);
  if (flags["http-disabled"] && !https)
    throw new UsageError("--http-disabled needs --sslcert and --sslkey: nothing would be served otherwise.");
  return {
    ...address("--bind", flags.bind),
    data: flags.data,
    httpDisabled: flags["http-disabled"],
    adminInitTimeout: milliseconds(flags["admin-init-timeout"]),
    logLevel: logLevel(flags["log-level"]),
    ...(https && { https }),
    ...(admin && { admin }),
    ...(flags.host !== undefined && { engine: engineOf(flags.host, flags) }),
    ...(flags["setup-token"] !== undefined && { setupToken: flags["setup-token"] }),
  };
}

function address(flag: string, text: string): { host: string; port: number } {
  const [, host = "", port = ""] = /^(?:\[?([^\]]*?)\]?)?:(\d+)$/.exec(text) ?? [];
  if (port === "" || Number(port) > 65_535)
    throw new UsageError(`${flag} ${text}: expected host:port or :port, such as 127.0.0.1:9000.`);
  return { host: host || "127.0.0.1", port: Number(port) };
}

function httpsOf(flags: Flags): ServerOptions["https"] {
  const { sslcert, sslkey } = flags;
  if ((sslcert === undefined) !== (sslkey === undefined))
    throw new UsageError("--sslcert and --sslkey go together.");
  if (sslcert === undefined || sslkey === undefined) return undefined;
  return {
    ...address("--bind-https", flags["bind-https"]),
    cert: read("--sslcert", sslcert),
    key: read("--sslkey", sslkey),
  };
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
