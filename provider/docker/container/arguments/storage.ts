import { posix } from "node:path";
import { z } from "zod";
import type { ContainerInspect } from "../../../../contract";
import type { ResourceReference } from "../../../core/schema";
import { type Argument, at, field, filledIn, put, type Wire, withoutEmpty } from "./argument";
import { byteCount, Size, sizeText, Text } from "./values";

const SHORT_RULE =
  'write a volume as "data:/var/lib/data", "/host/path:/path:ro", or { type, source, target }';

/** `"data:/var/lib/data:ro"`. */
const ShortVolume = z.string().superRefine((text, context) => {
  const reason = shortVolumeProblem(text);
  if (reason !== undefined) context.addIssue({ code: "custom", message: reason });
});

function shortVolumeProblem(text: string): string | undefined {
  const [, source = "", target = "", options = ""] =
    /^(?:([^:]+):)?(\/[^:]*)(?::([\w,]+))?$/.exec(text) ?? [];
  if (target === "") return SHORT_RULE;
  if (source === "")
    return `"${text}" names no source: for a new anonymous volume write { target: "${target}" }, else ${SHORT_RULE}`;
  if (isRoot(target)) return ROOT_RULE;
  const flags = options.split(",");
  if (flags.includes("ro") && flags.includes("rw")) return `"${text}" is both "ro" and "rw"`;
  if (source.startsWith("/") || VOLUME_NAME.test(source)) return undefined;
  return `"${source}" is neither a path of the host, which begins with "/", nor the name of a volume: at least two letters, digits, "_", "." or "-"`;
}

const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
const ROOT_RULE = 'nothing can be mounted at "/"';
const isRoot = (path: string): boolean => posix.normalize(path) === "/";

/** Where something is mounted; a pipe of Windows has another form. */
const Target = z
  .string()
  .refine((path) => /^(?:\/|\\\\|[a-z]:)/i.test(path), {
    error: ({ input }) => `${JSON.stringify(input)} is not an absolute path`,
  })
  .refine((path) => !isRoot(path), ROOT_RULE);

const Propagation = z
  .string()
  .regex(/^r?(?:private|shared|slave)$/, 'must be "private", "shared" or "slave", or "r" and one of them');

const MountSchema = z.strictObject({
  /**
   * `"volume"` is the engine's, `"bind"` a path of the host, `"tmpfs"` memory, `"image"` the files of an image (API 1.48),
   * `"npipe"` a pipe of Windows, `"cluster"` a volume of the swarm (API 1.42). @default "volume"
   */
  type: z.enum(["bind", "volume", "tmpfs", "npipe", "image", "cluster"]).optional(),
  /** The volume's name or the `Volume`, the host's path, the image or the pipe. @default a new anonymous volume */
  source: z.string().optional(),
  /** The path inside. */
  target: Target,
  /** @default false */
  readOnly: z.boolean().optional(),
  /** Options of a bind: `propagation` ("rprivate", "rshared" …). */
  bind: z
    .strictObject({ propagation: Propagation.optional(), nonRecursive: z.boolean().optional() })
    .optional(),
  /** Options of a volume: `noCopy`, `labels`, `driver`, `driverOpts`, `subpath` (API 1.45). */
  volume: z
    .strictObject({
      noCopy: z.boolean().optional(),
      labels: z.record(z.string(), z.string()).optional(),
      driver: z.string().optional(),
      driverOpts: z.record(z.string(), z.string()).optional(),
      subpath: z.string().optional(),
    })
    .optional(),
  /** Options of memory: `size` and `mode` (a number such as 0o1777). */
  tmpfs: z.strictObject({ size: Size.optional(), mode: z.int().optional() }).optional(),
  /** Options of an image: `subpath`, a folder of it. */
  image: z.strictObject({ subpath: z.string().optional() }).optional(),
});
type Mount = z.infer<typeof MountSchema>;

/** A mount that an engine takes: each kind has its own rules. */
const VolumeSchema = MountSchema.superRefine((mount, context) => {
  const message = mountProblem(mount);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

function mountProblem({ type = "volume", source = "", readOnly, ...options }: Mount): string | undefined {
  const foreign = (["bind", "volume", "tmpfs", "image"] as const).find(
    (kind) => kind !== type && options[kind],
  );
  if (foreign) return `\`${foreign}\` is not for a mount of the type "${type}"`;
  if (type === "tmpfs") return source === "" ? undefined : 'a mount of the type "tmpfs" has no `source`';
  if (type === "volume") {
    if (source === "" && readOnly)
      return "a new anonymous volume is empty, and cannot be `readOnly`: name a `source`";
    if (source === "" && options.volume?.subpath)
      return "a new anonymous volume has no `subpath`: name a `source`";
    const isName = source === "" || VOLUME_NAME.test(source);
    return isName
      ? undefined
      : `${JSON.stringify(source)} is not the name of a volume; for a path of the host set \`type: "bind"\``;
  }
  if (source === "") return `a mount of the type "${type}" needs a \`source\``;
  const isPath = type !== "bind" || /^(?:\/|[a-z]:)/i.test(source);
  return isPath ? undefined : `${JSON.stringify(source)} is not an absolute path of the host`;
}

/** What is mounted over by another one. */
export function mountedTwice(volumes: readonly VolumeInput[], tmpfs: object): string | undefined {
  const targets = [
    ...volumes.map((volume) => String(canonicalVolume(volume)["Target"])),
    ...Object.keys(tmpfs).map(cleanTarget),
  ];
  const twice = targets.find((target, index) => targets.indexOf(target) < index);
  return twice && `"${twice}" is mounted twice, by \`volumes\` or \`tmpfs\`: keep one`;
}

export type VolumeInput = string | Mount;

/** Options of the short form that are the default, that Podman adds, or that say nothing of what is mounted. */
const SILENT_OPTIONS = new Set(["rw", "z", "Z", "rprivate", "rbind", "nosuid", "nodev"]);

/** A mount in one spelling, whichever form it was written in. */
export function canonicalVolume(volume: VolumeInput): Wire {
  return typeof volume === "string" ? fromBind(volume) : toMount(volume);
}

function fromBind(bind: string): Wire {
  const [source = "", target = "", options = ""] = bind.split(":");
  const flags = options.split(",").filter((flag) => flag !== "" && !SILENT_OPTIONS.has(flag));
  const propagation = flags.find((flag) => /^r?(?:private|shared|slave)$/.test(flag));
  return {
    Type: source.startsWith("/") ? "bind" : "volume",
    Source: cleanSource(source),
    Target: cleanTarget(target),
    ...(flags.includes("ro") && { ReadOnly: true }),
    ...(propagation && { BindOptions: { Propagation: propagation } }),
    ...(flags.includes("nocopy") && { VolumeOptions: { NoCopy: true } }),
  };
}

function toMount({ type = "volume", source, target, readOnly, bind, volume, tmpfs, image }: Mount): Wire {
  const driver = volume?.driver && {
    Name: volume.driver,
    ...(volume.driverOpts && { Options: volume.driverOpts }),
  };
  return withoutEmpty({
    Type: type,
    Source: source === undefined ? undefined : cleanSource(source),
    Target: cleanTarget(target),
    ReadOnly: readOnly || undefined,
    BindOptions:
      bind && withoutEmpty({ Propagation: bind.propagation, NonRecursive: bind.nonRecursive || undefined }),
    VolumeOptions:
      volume &&
      withoutEmpty({
        NoCopy: volume.noCopy || undefined,
        Labels: volume.labels,
        DriverConfig: driver || undefined,
        Subpath: volume.subpath,
      }),
    TmpfsOptions:
      tmpfs &&
      withoutEmpty({
        SizeBytes: tmpfs.size === undefined ? undefined : byteCount(tmpfs.size),
        Mode: tmpfs.mode,
      }),
    ImageOptions: image && withoutEmpty({ Subpath: image.subpath }),
  });
}

const cleanTarget = (path: string): string => posix.normalize(path).replace(/(.)\/$/, "$1");
const cleanSource = (source: string): string => (source.startsWith("/") ? cleanTarget(source) : source);

/** Marks a mount, and its volume, that holds `files` and that no program asks for. */
export const FILES_LABEL = "io.pulumi.portainer.files";

/** A volume without a name gets one of 64 digits, and a roll-out carries it over by that name. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

/** The volumes without a name that a container has. */
export function anonymousVolumes({ Mounts }: ContainerInspect): { name: string; target: string }[] {
  return (Mounts ?? []).flatMap(({ Type, Name, Destination }) =>
    Type === "volume" && Name !== undefined && ANONYMOUS.test(Name)
      ? [{ name: Name, target: Destination }]
      : [],
  );
}

function readVolumes(container: unknown, wished: readonly VolumeInput[] | undefined): VolumeInput[] {
  const binds = (at(container, ["HostConfig", "Binds"]) ?? []) as string[];
  const mounts = ((at(container, ["HostConfig", "Mounts"]) ?? []) as Wire[])
    .map(fromMount)
    .filter(({ volume }) => volume?.labels?.[FILES_LABEL] === undefined);
  const wishes = (wished ?? []).map(canonicalVolume);
  return [...binds, ...mounts].flatMap((volume) => {
    const { Source, Target } = canonicalVolume(volume);
    if (!ANONYMOUS.test(String(Source)) || wishes.some((wish) => wish["Source"] === Source)) return [volume];
    const isWished = wishes.some((wish) => wish["Target"] === Target && wish["Source"] === undefined);
    return isWished && typeof volume !== "string" ? [withoutSource(volume)] : [];
  });
}

/** The name that a roll-out gave to a volume that is wished without one. */
function withoutSource({ source: _source, ...volume }: Mount): VolumeInput {
  return volume;
}

/**
 * Adds volumes without a name, of the container before, to the body of a creation: where the program wishes such a
 * volume it gets that one, and where it wishes another it gets the other.
 */
export function carryOver(
  body: Wire,
  volumes: readonly { readonly name: string; readonly target: string }[],
): void {
  const host = (body["HostConfig"] ?? {}) as { Binds?: string[]; Mounts?: Wire[]; Tmpfs?: Wire };
  const isTaken = (target: string) =>
    (host.Binds ?? []).some((bind) => fromBind(bind)["Target"] === target) || target in (host.Tmpfs ?? {});
  for (const { name, target } of volumes) {
    const mount = host.Mounts?.find(({ Target }) => Target === target);
    if (mount?.["Type"] === "volume") mount["Source"] ??= name;
    if (!mount && !isTaken(target)) host.Binds = [...(host.Binds ?? []), `${name}:${target}`];
  }
  body["HostConfig"] = host;
}

function fromMount(mount: Wire): Mount {
  const { Type, Source, Target, ReadOnly, BindOptions, VolumeOptions, TmpfsOptions, ImageOptions } =
    mount as Record<string, never>;
  const bind = BindOptions as { Propagation?: string; NonRecursive?: boolean } | undefined;
  const volume = VolumeOptions as
    | {
        NoCopy?: boolean;
        Labels?: Record<string, string>;
        DriverConfig?: { Name?: string; Options?: Record<string, string> };
        Subpath?: string;
      }
    | undefined;
  const tmpfs = TmpfsOptions as { SizeBytes?: number; Mode?: number } | undefined;
  const image = ImageOptions as { Subpath?: string } | undefined;
  return withoutEmpty({
    type: Type,
    source: Source,
    target: Target,
    readOnly: ReadOnly || undefined,
    bind:
      bind && withoutEmpty({ propagation: bind.Propagation, nonRecursive: bind.NonRecursive || undefined }),
    volume:
      volume &&
      withoutEmpty({
        noCopy: volume.NoCopy || undefined,
        labels: volume.Labels,
        driver: volume.DriverConfig?.Name,
        driverOpts: volume.DriverConfig?.Options,
        subpath: volume.Subpath,
      }),
    tmpfs: tmpfs && withoutEmpty({ size: tmpfs.SizeBytes, mode: tmpfs.Mode }),
    image: image && withoutEmpty({ subpath: image.Subpath }),
  }) as Mount;
}

/** What older engines would drop or refuse without saying why. */
function volumesSince(volumes: readonly VolumeInput[]): Readonly<Record<string, string>> {
  const mounts = volumes.filter((volume) => typeof volume !== "string");
  return {
    ...(mounts.some(({ type }) => type === "cluster") && { "volumes[].type cluster": "1.42" }),
    ...(mounts.some(({ volume }) => volume?.subpath) && { "volumes[].volume.subpath": "1.45" }),
    ...(mounts.some(({ type }) => type === "image") && { "volumes[].type image": "1.48" }),
  };
}

/** A container in a text; in a program it may be the `Container` itself. */
const Source: z.ZodType<string, string | ResourceReference> = Text("the container's name") as never;

export const storageFields = {
  /**
   * What is mounted: `"data:/var/lib/data:ro"` or `{ type, source, target, readOnly }`. A change recreates the
   * container; volumes keep their data. Docker: `HostConfig.Binds` for texts, `HostConfig.Mounts` for objects.
   */
  volumes: z.array(z.union([VolumeSchema, ShortVolume])).optional(),
  /**
   * Mount the volumes of these containers: `"name"`, `"name:ro"`, or the `Container`, with which it is then recreated. A
   * change recreates the container. Docker: `HostConfig.VolumesFrom`. @default none
   */
  volumesFrom: z.array(Source).optional(),
  /** Memory mounted as a folder: path to options (`"size=64m,mode=1777"`). A change recreates. Docker: `HostConfig.Tmpfs`. */
  tmpfs: z.record(Target, z.string()).optional(),
  /**
   * The size of /dev/shm; 0 is the default. A change recreates the container. Docker: `HostConfig.ShmSize`.
   * @default the engine's, 64m
   */
  shmSize: Size.optional(),
  /** Mount the container's own files read-only. A change recreates. Docker: `HostConfig.ReadonlyRootfs`. @default false */
  readOnly: z.boolean().optional(),
  /** Options of the storage driver. A change recreates the container. Docker: `HostConfig.StorageOpt`. */
  storageOpt: z.record(z.string(), z.string()).optional(),
};

export const storageArguments = {
  volumes: {
    change: "rollout",
    normalize: (volumes) =>
      volumes
        .map(canonicalVolume)
        .sort((left, right) => String(left["Target"]).localeCompare(String(right["Target"]))),
    write: (volumes, body) => {
      put(
        body,
        ["HostConfig", "Binds"],
        volumes.filter((volume) => typeof volume === "string"),
      );
      put(
        body,
        ["HostConfig", "Mounts"],
        volumes.filter((volume) => typeof volume !== "string").map(toMount),
      );
    },
    read: readVolumes,
    since: volumesSince,
  } satisfies Argument<VolumeInput[]>,
  volumesFrom: field<string[]>("HostConfig.VolumesFrom", "rollout"),
  tmpfs: field<Record<string, string>>("HostConfig.Tmpfs", "rollout"),
  shmSize: filledIn(field<string | number>("HostConfig.ShmSize", "rollout", byteCount, sizeText)),
  readOnly: field<boolean>("HostConfig.ReadonlyRootfs", "rollout"),
  storageOpt: field<Record<string, string>>("HostConfig.StorageOpt", "rollout"),
};
