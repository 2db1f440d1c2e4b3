/** What a program may say of a service of a swarm. */
import { z } from "zod";
import { DurationSchema, filledIn, IdSchema, type ResourceReference } from "../../core/schema";
import { AccessSchema } from "../access";
import { HealthcheckSchema } from "../container/arguments/health";
import { hostFields } from "../container/arguments/hosts";
import { UlimitsSchema } from "../container/arguments/limits";
import { MountSchema, mountProblem } from "../container/arguments/storage";
import { Port, Size, Text } from "../container/arguments/values";
import { TextsSchema } from "../identity";
import { swarmFields } from "../swarm-file";

/** Another object by its name; a program may also pass the resource. */
const Named = (what: string): z.ZodType<string, string | ResourceReference> =>
  Text(`the ${what}'s name`) as never;

/** `1/db-password-5f3c09a1be` is the id of a resource, and its last part the name on the engine. */
export const nameIn = (reference: string): string => reference.replace(/^\d+\/(?:[^/]+\/)?/, "");

const Words = z.array(z.string(), { error: 'must be a list of words, such as ["sh", "-c", "echo hello"]' });
const Cpus = z.number().nonnegative("cpus are a number, such as 0.5");
const Count = z.int().nonnegative("must be a whole number, 0 or more");

const fileFields = {
  /** The path in the container; a name alone is below `/run/secrets`, of a config below `/`. @default its name */
  target: Text("the target").optional(),
  /** The user id that owns the file. @default "0" */
  uid: z.string().optional(),
  /** The group id of the file. @default "0" */
  gid: z.string().optional(),
  /** The permissions, such as 0o400. @default 0o444 */
  mode: z.int().optional(),
};

const UpdateConfigSchema = z.strictObject({
  /** The number of tasks that are changed at a time; 0 is all at once. @default 1 */
  parallelism: Count.optional(),
  /** The time between two of them. */
  delay: DurationSchema.optional(),
  /** What to do when a task fails. `"rollback"` is for updates only. */
  failureAction: z.enum(["pause", "continue", "rollback"]).optional(),
  /** How long a new task is watched for a failure. */
  monitor: DurationSchema.optional(),
  /** The share of tasks that may fail, 0 to 1. */
  maxFailureRatio: z.number().min(0).max(1).optional(),
  /** Whether the old task stops before the new one starts. */
  order: z.enum(["stop-first", "start-first"]).optional(),
});

export const ServiceSchema = z.object({
  ...swarmFields,
  /** The service's name, a part of a DNS name. Docker: `Name`. @default the resource's name */
  name: filledIn(
    z.string().regex(/^[a-zA-Z0-9](?:[-_]*[a-zA-Z0-9])*$/, {
      error: ({ input }) =>
        `${JSON.stringify(input)} is not the name of a service: letters, digits, "-" and "_", with a letter or digit at both ends`,
    }),
  ),
  /** The image, `"nginx:1.27"`. Docker: `TaskTemplate.ContainerSpec.Image`. */
  image: Text("the image"),
  /**
   * One of Portainer's registries, whose credentials the nodes pull with: its id, or the `Registry`. A change alone
   * restarts nothing. Docker: header `X-Registry-Auth`. @default none
   */
  registryId: IdSchema.optional(),
  /**
   * `"replicated"` runs `replicas` tasks, `"global"` one on each node; as a job, `"replicatedJob"` and `"globalJob"`,
   * until they have ended. A change makes another service. Docker: `Mode`. @default "replicated"
   */
  mode: z.enum(["replicated", "global", "replicatedJob", "globalJob"]).default("replicated"),
  /** The number of tasks, if `mode` is `"replicated"`. Left out, it is not managed. Docker: `Mode.Replicated.Replicas`. @default 1 at creation */
  replicas: Count.optional(),
  /** How many tasks of a job run at a time, if `mode` is `"replicatedJob"`. Docker: `Mode.ReplicatedJob.MaxConcurrent`. @default 1 */
  maxConcurrent: Count.optional(),
  /** How many tasks of a job must end well, if `mode` is `"replicatedJob"`. Docker: `Mode.ReplicatedJob.TotalCompletions`. @default `maxConcurrent` */
  totalCompletions: Count.optional(),
  /** The command, as of a Container. Docker: `TaskTemplate.ContainerSpec.Args`. @default the image's */
  command: Words.optional(),
  /** The entrypoint, as of a Container. Docker: `TaskTemplate.ContainerSpec.Command`. @default the image's */
  entrypoint: Words.optional(),
  /** Environment variables. Any value may be secret. Docker: `TaskTemplate.ContainerSpec.Env`. @default none */
  env: z
    .record(
      z.string().regex(/^[^=\0]+$/, "an environment variable's name has no `=` and is not empty"),
      z.string(),
    )
    .optional(),
  /** Labels of the service. A change restarts nothing. Docker: `Labels`. @default none */
  labels: TextsSchema.optional(),
  /** Labels of its containers. Docker: `TaskTemplate.ContainerSpec.Labels`. @default none */
  containerLabels: TextsSchema.optional(),
  /** The containers' host name; may have placeholders such as `{{.Task.Slot}}`. Docker: `TaskTemplate.ContainerSpec.Hostname`. @default the container's short id */
  hostname: z.string().optional(),
  /** The user, and optionally the group: `"1000:1000"`. Docker: `TaskTemplate.ContainerSpec.User`. @default the image's */
  user: z.string().optional(),
  /** Groups that the user is in beside its own, by name or id. Docker: `TaskTemplate.ContainerSpec.Groups`. @default none */
  groupAdd: z.array(Text("the group")).optional(),
  /** The working directory, an absolute path. Docker: `TaskTemplate.ContainerSpec.Dir`. @default the image's */
  workingDir: z.string().optional(),
  /** Mount the root file system read-only. Docker: `TaskTemplate.ContainerSpec.ReadOnly`. @default false */
  readOnly: z.boolean().optional(),
  /** Run an init process that forwards signals and reaps processes. Docker: `TaskTemplate.ContainerSpec.Init`. @default the engine's */
  init: z.boolean().optional(),
  /** Allocate a terminal. Docker: `TaskTemplate.ContainerSpec.TTY`. @default false */
  tty: z.boolean().optional(),
  /** Keep standard input open. Docker: `TaskTemplate.ContainerSpec.OpenStdin`. @default false */
  stdinOpen: z.boolean().optional(),
  /** Capabilities beside Docker's own, `"CAP_NET_ADMIN"`. Docker: `TaskTemplate.ContainerSpec.CapabilityAdd`. @default none */
  capAdd: z.array(z.string()).optional(),
  /** Capabilities to take away, `"ALL"`. Docker: `TaskTemplate.ContainerSpec.CapabilityDrop`. @default none */
  capDrop: z.array(z.string()).optional(),
  /** Kernel parameters of the containers, `{ "net.core.somaxconn": "1024" }`. Docker: `TaskTemplate.ContainerSpec.Sysctls`. @default none */
  sysctls: TextsSchema.optional(),
  /** Limits of the processes, `{ nofile: 65536, nproc: { soft: 1024, hard: 2048 } }`; engines with API 1.41 or newer. Docker: `TaskTemplate.ContainerSpec.Ulimits`. @default the engine's */
  ulimits: UlimitsSchema.optional(),
  /** Mounts, as objects in `volumes` of a Container; `source` may be a `Volume`. Docker: `TaskTemplate.ContainerSpec.Mounts`. @default none */
  mounts: z
    .array(
      MountSchema.extend({
        /** The volume's name or the `Volume`, or the path of the host. @default a new anonymous volume */
        source: Named("volume").optional(),
      }).superRefine((mount, context) => {
        const { source, ...others } = mount;
        const message = mountProblem({ ...others, ...(source !== undefined && { source: nameIn(source) }) });
        if (message !== undefined) context.addIssue({ code: "custom", message });
      }),
    )
    .optional(),
  /** Secrets for its containers: names, `Secret` resources, or with details. Docker: `TaskTemplate.ContainerSpec.Secrets`. @default none */
  secrets: z
    .array(
      z.union([
        Named("secret"),
        z.strictObject({
          /** The secret's name, or the `Secret`. */
          secret: Named("secret"),
          ...fileFields,
        }),
      ]),
    )
    .optional(),
  /** Configs for its containers: names, `Config` resources, or with details. Docker: `TaskTemplate.ContainerSpec.Configs`. @default none */
  configs: z
    .array(
      z.union([
        Named("config"),
        z.strictObject({
          /** The config's name, or the `Config`. */
          config: Named("config"),
          ...fileFields,
        }),
      ]),
    )
    .optional(),
  /** Overlay networks: names, `Network` resources, or with details. Docker: `TaskTemplate.Networks`. @default none */
  networks: z
    .array(
      z.union([
        Named("network"),
        z.strictObject({
          /** The network's name, or the `Network`. */
          network: Named("network"),
          /** Additional names of the service on this network. */
          aliases: z.array(Text("the alias")).optional(),
          /** Options for the network's driver. */
          driverOpts: z.record(z.string(), z.string()).optional(),
        }),
      ]),
    )
    .optional(),
  /** DNS servers. Docker: `TaskTemplate.ContainerSpec.DNSConfig.Nameservers`. @default the engine's */
  dns: hostFields.dns,
  /** DNS search domains. Docker: `TaskTemplate.ContainerSpec.DNSConfig.Search`. @default the engine's */
  dnsSearch: hostFields.dnsSearch,
  /** DNS options. Docker: `TaskTemplate.ContainerSpec.DNSConfig.Options`. @default the engine's */
  dnsOptions: hostFields.dnsOptions,
  /** Additional entries of /etc/hosts: host name to address. Docker: `TaskTemplate.ContainerSpec.Hosts`. @default none */
  extraHosts: hostFields.extraHosts,
  /** Published ports. Docker: `EndpointSpec.Ports`. @default none */
  ports: z
    .array(
      z.strictObject({
        /** The port in the containers. */
        containerPort: Port,
        /** The port on the nodes. @default one that the swarm picks */
        hostPort: Port.optional(),
        /** The protocol. @default "tcp" */
        protocol: z.enum(["tcp", "udp", "sctp"]).optional(),
        /** `"ingress"` on every node, with load balancing; `"host"` on the nodes that run a task. @default "ingress" */
        mode: z.enum(["ingress", "host"]).optional(),
      }),
    )
    .optional(),
  /** How the service's name is resolved: to a virtual address, or to the tasks' addresses. Docker: `EndpointSpec.Mode`. @default "vip" */
  endpointMode: z.enum(["vip", "dnsrr"]).optional(),
  /** How an engine checks that a container is healthy, as of a Container. Docker: `TaskTemplate.ContainerSpec.Healthcheck`. @default the image's */
  healthcheck: HealthcheckSchema.optional(),
  /** What a task may use at most. Docker: `TaskTemplate.Resources.Limits`. @default unlimited */
  limits: z
    .strictObject({
      /** Processor cores, 0.5 for a half. */
      cpus: Cpus.optional(),
      /** Memory, `"512m"`. */
      memory: Size.optional(),
      /** The number of processes; engines with API 1.41 or newer. */
      pids: Count.optional(),
    })
    .optional(),
  /** What a node must have free for a task. Docker: `TaskTemplate.Resources.Reservations`. @default nothing */
  reservations: z
    .strictObject({
      /** Processor cores, 0.5 for a half. */
      cpus: Cpus.optional(),
      /** Memory, `"256m"`. */
      memory: Size.optional(),
      /** What nodes have been given by their engines' `node-generic-resources`, by kind: `{ gpu: 2 }`. */
      generic: z.record(z.string().min(1, "the kind is empty"), Count).optional(),
    })
    .optional(),
  /** On which nodes tasks run. Docker: `TaskTemplate.Placement`. @default on any */
  placement: z
    .strictObject({
      /** Conditions, `"node.role == worker"`, all of which must hold. */
      constraints: z.array(Text("the constraint")).optional(),
      /** Spread tasks evenly over the values of these labels, `"node.labels.zone"`. */
      spread: z.array(Text("the label")).optional(),
      /** The most tasks on one node; 0 is no limit. */
      maxReplicas: Count.optional(),
    })
    .optional(),
  /** When a task that ends is replaced. Docker: `TaskTemplate.RestartPolicy`. @default always, after 5 s */
  restartPolicy: z
    .strictObject({
      /** After which ends: never, failures, or all. */
      condition: z.enum(["none", "on-failure", "any"]).optional(),
      /** The time before a task is replaced. */
      delay: DurationSchema.optional(),
      /** How often at most; 0 is without end. */
      maxAttempts: Count.optional(),
      /** The time in which attempts are counted. */
      window: DurationSchema.optional(),
    })
    .optional(),
  /** How a change is rolled out. A change restarts nothing. Docker: `UpdateConfig`. @default one task after the other; a failure stops the roll-out */
  updateConfig: UpdateConfigSchema.optional(),
  /** How a failed change is undone. A change restarts nothing. Docker: `RollbackConfig`. @default one task after the other */
  rollbackConfig: UpdateConfigSchema.optional(),
  /** The logging driver and its options. Docker: `TaskTemplate.LogDriver`. @default the engine's */
  logging: z
    .strictObject({
      /** The driver, such as `"json-file"` or `"none"`. */
      driver: Text("the driver's name").optional(),
      /** Options for the driver. */
      options: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  /** The signal that stops a container. Docker: `TaskTemplate.ContainerSpec.StopSignal`. @default the image's */
  stopSignal: z.string().optional(),
  /** How long a container may take to stop. Docker: `TaskTemplate.ContainerSpec.StopGracePeriod`. @default 10s */
  stopGracePeriod: DurationSchema.optional(),
  /** Another number restarts all tasks, though nothing else has changed. Docker: `TaskTemplate.ForceUpdate`. @default unmanaged */
  forceUpdate: Count.optional(),
  /**
   * Who may use the service besides administrators: `"public"` (everybody with access to the environment),
   * `"administrators"` (nobody else), or users and teams by id, name or resource, as for a Container. A change is made
   * in place. Portainer: `PUT /resource_controls/{id}`.
   * @default unmanaged; Portainer makes a new service private to the user of the API key
   */
  access: AccessSchema.optional(),
  /** What to do if a service of that name exists: `"matching"` adopts it if it is as the program says. @default refuse */
  adopt: z.literal("matching").optional(),
  /**
   * Whether a create or update waits until all tasks run, and fails when they do not, and a delete until they have
   * stopped. A change restarts nothing. @default true
   */
  waitForConvergence: z.boolean().default(true),
});
export type ServiceArgs = z.input<typeof ServiceSchema>;
export type ServiceInputs = z.output<typeof ServiceSchema>;
