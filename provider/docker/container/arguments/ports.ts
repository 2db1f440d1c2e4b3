import { z } from "zod";
import { at, isObject, put, type Wire } from "../wire";
import type { Argument } from "./argument";
import { Port } from "./values";

const PROTOCOLS = ["tcp", "udp", "sctp"] as const;
const SHORT =
  /^(?:(?:(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]):)?(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/i;
const SHORT_RULE =
  'write a port as "8080:80", "127.0.0.1:8080:80/tcp", "80" or a range "8000-8010:8000-8010"';

const PortSchema = z.strictObject({
  /** The port in the container. */
  containerPort: Port,
  /** The port on the host; 0 lets the engine pick one. @default one that the engine picks */
  hostPort: Port.optional(),
  /** The host's address to listen on. @default all addresses */
  hostIp: z
    .union([z.literal(""), z.ipv4(), z.ipv6()], "must be an address of the host, such as 127.0.0.1")
    .optional(),
  /** The protocol. @default "tcp" */
  protocol: z.enum(PROTOCOLS).optional(),
});

const ShortPort = z.string().superRefine((text, context) => {
  const reason = shortPortProblem(text);
  if (reason !== undefined) context.addIssue({ code: "custom", message: reason });
});

export const portFields = {
  /**
   * Ports to publish on the host: `"8080:80"`, `"127.0.0.1:8080:80/tcp"`, `"80"`, a range `"8000-8010:8000-8010"`, or
   * `{ containerPort, hostPort, hostIp, protocol }`. A change recreates the container. Docker: `ExposedPorts`,
   * `HostConfig.PortBindings`.
   */
  ports: z.array(z.union([PortSchema, ShortPort])).optional(),
  /**
   * Publish all exposed ports on host ports that the engine picks. A change recreates the container. Docker:
   * `HostConfig.PublishAllPorts`.
   */
  publishAllPorts: z.boolean().optional(),
  /**
   * Ports to expose without publishing them, such as `"9090/tcp"`. A change recreates the container. Docker:
   * `ExposedPorts`.
   */
  exposedPorts: z
    .array(
      z
        .string()
        .regex(/^\d+(?:-\d+)?(?:\/(?:tcp|udp|sctp))?$/, 'write it as "9090" or "9090/udp"')
        .refine((text) => shortPortProblem(text) === undefined, {
          error: ({ input }) => shortPortProblem(String(input)) ?? "",
        }),
    )
    .optional(),
};

type PortInput = z.infer<typeof PortSchema> | string;

/** One published port, in the engine's spelling. */
interface Binding {
  readonly key: string;
  readonly HostIp: string;
  readonly HostPort: string;
}

function shortPortProblem(text: string): string | undefined {
  const match = SHORT.exec(text);
  if (!match) return `"${text}" is not a port: ${SHORT_RULE}`;
  const [, , host, inside = ""] = match;
  const numbers = `${host ?? inside}-${inside}`.split("-").map(Number);
  if (numbers.some((port) => port > 65535)) return `"${text}" has a port above 65535`;
  if (rangeOf(inside).length === 0) return `"${text}" is a range that ends before it begins`;
  if (host !== undefined && rangeOf(host).length !== rangeOf(inside).length) {
    return `"${text}" maps ranges of different lengths`;
  }
  return undefined;
}

function rangeOf(text: string): number[] {
  const [first = 0, last = first] = text.split("-").map(Number);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function bindings(ports: readonly PortInput[]): Binding[] {
  return ports.flatMap((port) => (typeof port === "string" ? shortBindings(port) : [longBinding(port)]));
}

function longBinding({
  containerPort,
  hostPort,
  hostIp,
  protocol = "tcp",
}: z.infer<typeof PortSchema>): Binding {
  return {
    key: `${containerPort}/${protocol}`,
    HostIp: hostIp ?? "",
    HostPort: hostPort === undefined ? "" : String(hostPort),
  };
}

function shortBindings(text: string): Binding[] {
  const [, ip = "", host, inside = "", protocol = "tcp"] = SHORT.exec(text) ?? [];
  const hostPorts = host === undefined ? [] : rangeOf(host);
  return rangeOf(inside).map((port, index) => ({
    key: `${port}/${protocol.toLowerCase()}`,
    HostIp: ip.replace(/^\[|\]$/g, ""),
    HostPort: String(hostPorts[index] ?? ""),
  }));
}

/**
 * A binding in one form. No address means all addresses, as `0.0.0.0` and `::` do. No host port means a port that the
 * engine picks, as 0 does.
 */
function canonical({ key, HostIp, HostPort }: Binding): string {
  const ip = ["", "0.0.0.0", "::"].includes(HostIp) ? "" : HostIp;
  return `${ip}:${HostPort === "0" ? "" : HostPort}:${key}`;
}

/** Why these ports conflict: the first port of the host that would be published twice on one address. */
export function portTakenTwice(ports: readonly PortInput[]): string | undefined {
  const taken = bindings(ports).filter(({ HostPort }) => HostPort !== "" && HostPort !== "0");
  const twice = taken.find((one, index) => taken.some((other, at) => at < index && isSamePlace(one, other)));
  return twice && `port ${twice.HostPort}/${protocolOf(twice)} of the host is published twice`;
}

const protocolOf = ({ key }: Binding): string => key.slice(key.indexOf("/") + 1);

function isSamePlace(one: Binding, other: Binding): boolean {
  if (one.HostPort !== other.HostPort || protocolOf(one) !== protocolOf(other)) return false;
  const [left, right] = [one.HostIp, other.HostIp];
  return left === right || covers(left, right) || covers(right, left);
}

/** Whether `all` is a wildcard address that includes `ip`. */
function covers(all: string, ip: string): boolean {
  if (all === "") return true;
  return ip !== "" && (ip.includes(":") ? all === "::" : all === "0.0.0.0");
}

function readBindings(container: unknown): Binding[] {
  const wire = at(container, ["HostConfig", "PortBindings"]);
  return Object.entries(isObject(wire) ? wire : {}).flatMap(([key, list]) =>
    ((list ?? []) as Omit<Binding, "key">[]).map(({ HostIp, HostPort }) => ({ key, HostIp, HostPort })),
  );
}

function fromBinding({ key, HostIp, HostPort }: Binding): z.infer<typeof PortSchema> {
  const [port, protocol] = key.split("/");
  return {
    containerPort: Number(port),
    ...(HostPort !== "" && { hostPort: Number(HostPort) }),
    ...(HostIp !== "" && { hostIp: HostIp }),
    ...(protocol !== "tcp" && { protocol: protocol as "udp" }),
  };
}

function expose(body: Wire, keys: readonly string[]): void {
  const exposed = isObject(body["ExposedPorts"]) ? body["ExposedPorts"] : {};
  body["ExposedPorts"] = { ...exposed, ...Object.fromEntries(keys.map((key) => [key, {}])) };
}

const portKeys = (ports: readonly string[]): string[] => bindings(ports).map(({ key }) => key);

export const portArguments = {
  ports: {
    change: "rollout",
    normalize: (ports) => [...new Set(bindings(ports).map(canonical))].sort(),
    write: (ports, body) => {
      const all = bindings(ports);
      expose(
        body,
        all.map(({ key }) => key),
      );
      const byKey = Object.groupBy(all, ({ key }) => key);
      put(
        body,
        ["HostConfig", "PortBindings"],
        Object.fromEntries(
          Object.entries(byKey).map(([key, list = []]) => [
            key,
            list.map(({ HostIp, HostPort }) => ({ HostIp, HostPort })),
          ]),
        ),
      );
    },
    read: (container) => readBindings(container).map(fromBinding),
  } satisfies Argument<PortInput[]>,

  publishAllPorts: {
    change: "rollout",
    write: (all, body) => put(body, ["HostConfig", "PublishAllPorts"], all),
    read: (container, desired) => {
      const actual = at(container, ["HostConfig", "PublishAllPorts"]) === true;
      return actual || desired !== undefined ? actual : undefined;
    },
  } satisfies Argument<boolean>,

  exposedPorts: {
    change: "rollout",
    normalize: (ports) => portKeys(ports).sort(),
    write: (ports, body) => expose(body, portKeys(ports)),
    read: (container, desired) => {
      if (desired === undefined) return undefined;
      // The engine keeps the spelling of its client: Docker Compose sends "9090" without a protocol.
      const actual = portKeys(Object.keys((at(container, ["Config", "ExposedPorts"]) ?? {}) as Wire));
      const desiredKeys = portKeys(desired);
      return actual.filter((key) => desiredKeys.includes(key));
    },
  } satisfies Argument<string[]>,
};
