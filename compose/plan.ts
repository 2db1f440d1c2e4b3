/** The resources that a project consists of: their arguments, what they refer to, and the order in which they are made. */
import type { Project } from "./project";
import { looksSecret } from "./secret-variables";
import { ComposeError } from "./source";

/** Another resource of the plan, in the place of its id or name. */
export class Reference {
  readonly key: string;

  constructor(key: string) {
    this.key = key;
  }
}

/** A text that is secret: the content of a secret's file, or a variable that looks so. */
export class SecretText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type PlannedKind = "Network" | "Volume" | "Image" | "Container" | "Secret" | "Config" | "Service";

export interface Planned {
  readonly kind: PlannedKind;
  /** What other resources of the plan call it: `"networks.default"`, `"services.web.1"`. */
  readonly key: string;
  /** The last part of its resource name: `"web-1"`. */
  readonly suffix: string;
  /** Its arguments, with `Reference` and `SecretText` in them. */
  readonly args: Readonly<Record<string, unknown>>;
  /** The keys of the resources that are made before it. */
  readonly dependsOn: readonly string[];
  /** Labels that are written at creation and not compared later: they say by what and where from it was made. */
  readonly unmanagedLabels: readonly string[];
  /** The service that it belongs to. */
  readonly service?: string;
}

const LABEL = "com.docker.compose";

/** The labels by which Docker Compose and Portainer know the objects of a project. */
export const composeLabels = (
  project: Project,
  more: Readonly<Record<string, string>>,
): Record<string, string> => ({
  [`${LABEL}.project`]: project.name,
  ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`${LABEL}.${key}`, value])),
});

/**
 * What differs with the machine that Pulumi runs on, and with the program that has made an object: a change of these
 * alone must recreate nothing.
 */
export const unmanaged = (...keys: readonly string[]): string[] => keys.map((key) => `${LABEL}.${key}`);

/** The label by which Docker and Portainer know the objects of a stack of a swarm. */
export const stackLabels = (project: Project): Record<string, string> => ({
  "com.docker.stack.namespace": project.name,
});

/** The name that Docker Compose gives to a network, volume, secret or config. */
export function objectName(
  project: Project,
  key: string,
  {
    name,
    external,
  }: { name?: string | undefined; external?: boolean | { name?: string | undefined } | undefined },
): string {
  const outside = typeof external === "object" ? external.name : undefined;
  return outside ?? name ?? (external ? key : `${project.name}_${key}`);
}

/** What networks of an engine and of a swarm do not have in common. */
interface NetworkStyle {
  /** The driver of a network that names none. */
  readonly driver?: string;
  readonly labels: (key: string) => Record<string, string>;
  readonly unmanagedLabels: readonly string[];
}

export const composeNetworks = (project: Project): NetworkStyle => ({
  labels: (key) => composeLabels(project, { network: key }),
  unmanagedLabels: unmanaged("version", "config-hash"),
});

/** The networks and volumes that services use; others are left out, as Docker Compose does. */
export function planNetworks(
  project: Project,
  used: ReadonlySet<string>,
  { driver, labels, unmanagedLabels }: NetworkStyle,
): Planned[] {
  const { networks } = project.model;
  return [...used].sort().flatMap((key): Planned[] => {
    const network = networks[key] ?? {};
    if (network.external) return [];
    const { config, driver: ipamDriver, options } = network.ipam ?? {};
    const ipam = {
      driver: ipamDriver,
      options,
      config: config?.map(({ subnet, ip_range, gateway, aux_addresses }) =>
        defined({ subnet, ipRange: ip_range, gateway, auxAddresses: aux_addresses }),
      ),
    };
    return [
      {
        kind: "Network",
        key: `networks.${key}`,
        suffix: key,
        args: defined({
          name: objectName(project, key, network),
          driver: network.driver ?? driver,
          options: network.driver_opts,
          internal: network.internal,
          attachable: network.attachable,
          enableIPv6: network.enable_ipv6,
          ipam: network.ipam && defined(ipam),
          labels: { ...network.labels, ...labels(key) },
        }),
        dependsOn: [],
        unmanagedLabels,
      },
    ];
  });
}

export function planVolumes(project: Project): Planned[] {
  const { services, volumes } = project.model;
  const used = new Set(
    Object.values(services).flatMap((service) =>
      service.volumes.flatMap(({ type, source }) =>
        type === "volume" && source !== undefined ? [source] : [],
      ),
    ),
  );
  return [...used].sort().flatMap((key): Planned[] => {
    const volume = volumes[key] ?? {};
    if (volume.external) return [];
    return [
      {
        kind: "Volume",
        key: `volumes.${key}`,
        suffix: key,
        args: defined({
          name: objectName(project, key, volume),
          driver: volume.driver,
          driverOpts: volume.driver_opts,
          labels: { ...volume.labels, ...composeLabels(project, { volume: key }) },
        }),
        dependsOn: [],
        unmanagedLabels: unmanaged("version", "config-hash"),
      },
    ];
  });
}

/** The images that are built. */
export function planImages(project: Project): Planned[] {
  return Object.entries(project.model.services).flatMap(([key, { build, image, platform }]): Planned[] => {
    if (!build) return [];
    const { context, dockerfile, args = {}, target, labels, cache_from, no_cache, pull, tags } = build;
    if (/^[a-z][\w+.-]*:\/\/|^git@/i.test(context))
      throw project.fault(
        ["services", key, "build", "context"],
        "an image is built from a folder of this machine",
      );
    const known = Object.entries(args).flatMap(([name, value]) => {
      const text = value ?? project.variables[name];
      return text === undefined ? [] : [[name, text] as const];
    });
    return [
      {
        kind: "Image",
        key: `images.${key}`,
        suffix: `${key}-image`,
        args: defined({
          name: image ?? `${project.name}-${key}`,
          platform,
          tags,
          build: defined({
            context,
            dockerfile,
            args: known.length > 0 ? Object.fromEntries(known) : undefined,
            target,
            labels,
            cacheFrom: cache_from,
            noCache: no_cache,
            pullBase: pull,
          }),
        }),
        dependsOn: [],
        unmanagedLabels: [],
        service: key,
      },
    ];
  });
}

/** The resources in an order in which each follows those that it needs. */
export function inOrder(planned: readonly Planned[]): Planned[] {
  const all = new Map(planned.map((one) => [one.key, one]));
  const done = new Set<string>();
  const sorted: Planned[] = [];
  const visit = (one: Planned, above: readonly string[]): void => {
    if (done.has(one.key)) return;
    if (above.includes(one.key)) {
      const names = [...above.slice(above.indexOf(one.key)), one.key].map(
        (key) => all.get(key)?.service ?? key,
      );
      throw new ComposeError(`the services wait for each other: ${names.join(" depends on ")}`);
    }
    for (const key of one.dependsOn) {
      const next = all.get(key);
      if (next) visit(next, [...above, one.key]);
    }
    done.add(one.key);
    sorted.push(one);
  };
  for (const one of planned) visit(one, []);
  return sorted;
}

/** The variables of a service. Files have many of them in clear; in Pulumi's state those that look secret are encrypted. */
export const variablesOf = (environment: Readonly<Record<string, string | null>>): object | undefined => {
  const variables = Object.entries(environment).map(
    ([key, value]) =>
      [key, value !== null && looksSecret(key, value) ? new SecretText(value) : value] as const,
  );
  return variables.length === 0 ? undefined : Object.fromEntries(variables);
};

/** Without the properties that are not set. */
export const defined = (properties: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));

export function noneIfEmpty<Value extends object>(value: Value): Value | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}
