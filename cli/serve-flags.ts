import { parseArgs } from "node:util";
import { UsageError } from "./usage-error";

export const HELP = `Usage: pulumi-portainer serve [options]

Options:
  -p, --bind <address>           Where to serve HTTP [default: :9000]
      --bind-https <address>     Where to serve HTTPS [default: :9443]; turns it on
      --ssl                      Serve HTTPS too, with a certificate of its own if none is given
      --sslcert <file>           Certificate to serve HTTPS with, PEM; turns it on
      --sslkey <file>            Its key, PEM
      --http-disabled            Serve HTTPS only
      --http-enabled             Serve HTTP, whatever was set in the server
  -d, --data <folder>            Where everything is kept [default: ./portainer-data]
      --store <url>              postgres://…: kept in that database instead, by any number of replicas
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
A flag that is not given may be in the environment: PORTAINER_BIND_HTTPS for --bind-https, and so on.
`;

const OPTIONS = {
  bind: { type: "string", short: "p" },
  "bind-https": { type: "string" },
  ssl: { type: "boolean" },
  sslcert: { type: "string" },
  sslkey: { type: "string" },
  "http-disabled": { type: "boolean" },
  "http-enabled": { type: "boolean" },
  data: { type: "string", short: "d" },
  store: { type: "string" },
  "admin-password": { type: "string" },
  "admin-password-file": { type: "string" },
  host: { type: "string", short: "H" },
  tlsverify: { type: "boolean" },
  tlscacert: { type: "string" },
  tlscert: { type: "string" },
  tlskey: { type: "string" },
  "admin-init-timeout": { type: "string" },
  "setup-token": { type: "string" },
  "log-level": { type: "string" },
  help: { type: "boolean" },
} as const;

const DEFAULTS = {
  bind: ":9000",
  data: "./portainer-data",
  tlscacert: "/certs/ca.pem",
  tlscert: "/certs/cert.pem",
  tlskey: "/certs/key.pem",
  "admin-init-timeout": "5m",
  "log-level": "info",
};

export type Flags = typeof DEFAULTS & Partial<ReturnType<typeof given>>;

/** Reads the flags: from the command line, else from environment variables, else the defaults. */
export function readFlags(args: string[], environment: NodeJS.ProcessEnv): Flags {
  return { ...DEFAULTS, ...fromEnvironment(environment), ...given(args) };
}

function given(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nSee pulumi-portainer serve --help.`);
  }
}

function fromEnvironment(environment: NodeJS.ProcessEnv): object {
  const found: Record<string, string | boolean> = {};
  for (const [flag, { type }] of Object.entries(OPTIONS)) {
    const name = `PORTAINER_${flag.toUpperCase().replaceAll("-", "_")}`;
    const value = environment[name];
    if (value !== undefined && flag !== "help") found[flag] = type === "string" ? value : isSet(name, value);
  }
  return found;
}

function isSet(name: string, value: string): boolean {
  if (/^(?:true|1)$/i.test(value)) return true;
  if (/^(?:false|0|)$/i.test(value)) return false;
  throw new UsageError(`${name}=${value}: expected true or false.`);
}
