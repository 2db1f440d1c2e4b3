import { z } from "zod";
import { hasUnknown, type Properties } from "../../core/properties";
import type { Failure } from "../../core/validate";
import { tlsFailures } from "./tls";

const SCHEMES =
  "unix:// for a local socket, npipe:// for a named pipe, or tcp:// for an engine or agent on the network";
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is;

/** The address of an environment's engine or agent, as the Portainer server reaches it. */
export const UrlSchema = z.string().superRefine((url, context) => {
  const message = urlProblem(url);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

/** The error in an address, with a suggestion; `undefined` when the address is valid. */
export function urlProblem(url: string): string | undefined {
  const [, scheme, rest = ""] = SCHEME.exec(url) ?? [];
  switch (scheme?.toLowerCase()) {
    case undefined:
      return `has no scheme; did you mean "${withScheme(url)}"?`;
    case "unix":
      return rest.startsWith("/") ? undefined : `a socket has a full path; did you mean "unix:///${rest}"?`;
    case "npipe":
      return rest.startsWith("//") ? undefined : 'a pipe is named as in "npipe:////./pipe/docker_engine"';
    case "tcp":
      return tcpProblem(url);
    case "http":
    case "https":
      return `Portainer names engines by tcp://, and TLS is switched on by \`tls\`; did you mean "tcp://${rest.replace(/\/$/, "")}"?`;
    case "ssh":
      return "Portainer does not reach engines through SSH: run an agent there, or open its port with TLS";
    default:
      return `"${scheme}://" is not known: use ${SCHEMES}`;
  }
}

function withScheme(url: string): string {
  if (url.startsWith("/")) return `unix://${url}`;
  return url.startsWith("\\\\") ? `npipe://${url.replaceAll("\\", "/")}` : `tcp://${url}`;
}

function tcpProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return 'is not an address such as "tcp://10.0.7.10:2376"';
  const { hostname, port, pathname, username, password, search } = new URL(url);
  if (username || password) return "names a user: engines know no users, only client certificates (`tls`)";
  if (!hostname) return 'has no host; an address is such as "tcp://10.0.7.10:2376"';
  if (!port) {
    return `has no port; did you mean "tcp://${hostname}:2376" (an engine with TLS), :2375 (without) or :9001 (an agent)?`;
  }
  return (pathname && pathname !== "/") || search ? "is a host and a port, without a path" : undefined;
}

/** One form for all spellings of an address. */
export function normalizeUrl(url: string): string {
  return /^tcp:/i.test(url)
    ? url.toLowerCase().replace(/\/$/, "")
    : url.replace(/^[a-z]+:/i, (scheme) => scheme.toLowerCase());
}

/** The errors that involve several properties of an environment. */
export function endpointFailures({ url, type, tls }: Properties): Failure[] {
  if ((tls ?? undefined) === undefined || tls === false) return [];
  if (type === "agent") {
    return [{ property: "tls", reason: "an agent brings its own certificate: leave `tls` out" }];
  }
  if (typeof url === "string" && !hasUnknown(url) && /^(unix|npipe):/i.test(url)) {
    return [
      { property: "tls", reason: "there is no TLS on a local socket: leave `tls` out, or use a tcp:// url" },
    ];
  }
  return tlsFailures(tls);
}
