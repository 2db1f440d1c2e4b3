import { posix } from "node:path";
import { z } from "zod";
import type { ContainerInspect } from "../../../../contract";
import type { ResourceReference } from "../../../core/schema";
import { at, put, type Wire, withoutEmpty } from "../wire";
import { type Argument, field, filledIn } from "./argument";
import { byteCount, Size, sizeText, Text } from "./values";

const SHORT_RULE =
  'write a volume as "data:/var/lib/data", "/host/path:/path:ro", or { type, source, target }';

/** A volume in the short form: `"data:/var/lib/data:ro"`. */
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

/** The path at which a mount appears in the container. A named pipe of Windows has another form. */
const Target = z
  .string()
  .refine((path) => /^(?:\/|\\\\|[a-z]:)/i.test(path), {
    error: ({ input }) => `${JSON.stringify(input)} is not an absolute path`,
  })
  .refine((path) => !isRoot(path), ROOT_RULE);

const Propagation = z
  .string()
  .regex(/^r?(?:private|shared|slave)$/, 'must be "private", "shared" or "slave", or "r" and one of them');

export const MountSchema = z.strictObject({
  /**
   * The type: `"volume"` is a volume of the engine, `"bind"` a path of the host, `"tmpfs"` memory, `"image"` the
   * files of an image (API 1.48), `"npipe"` a named pipe of Windows, `"cluster"` a cluster volume of the swarm (API
   * 1.42).
   * @default "volume"
   */
  type: z.enum(["bind", "volume", "tmpfs", "npipe", "image", "cluster"]).optional(),
  /** The volume's name or the `Volume`, the path of the host, the image or the pipe. @default a new anonymous volume */
  source: z.string().optional(),
  /** The path in the container. */
  target: Target,
  /** Mount it read-only. @default false */
  readOnly: z.boolean().optional(),
  /** Options of a bind: `propagation` (`"rprivate"`, `"rshared"` …), `nonRecursive`. */
  bind: z
    .strictObject({
      /** How mounts below it spread between host and container. @default "rprivate" */
      propagation: Propagation.optional(),
      /** Leave out what is mounted below the path. @default false */
      nonRecursive: z.boolean().optional(),
    })
    .optional(),
  /** Options of a volume: `noCopy`, `labels`, `driver`, `driverOpts`, `subpath` (API 1.45). */
  volume: z
    .strictObject({
      /** Do not copy the image's files into a new volume. @default false */
      noCopy: z.boolean().optional(),
      /** Labels of a volume that the engine creates for the mount. @default none */
      labels: z.record(z.string(), z.string()).optional(),
      /** The driver of such a volume. @default "local" */
      driver: z.string().optional(),
      /** Options for that driver. @default none */
      driverOpts: z.record(z.string(), z.string()).optional(),
      /** The folder of the volume to mount. @default the whole volume */
      subpath: z.string().optional(),
    })
    .optional(),
  /** Options of a tmpfs: `size` and `mode` (a number such as 0o1777). */
  tmpfs: z
    .strictObject({
      /** The most that it may hold, in bytes or as `"64m"`. @default the engine's limit */
      size: Size.optional(),
      /** Its permissions, as a number such as 0o1777. @default 0o1777 */
      mode: z.int().optional(),
    })
    .optional(),
  /** Options of an image: `subpath`, a folder in the image. */
  image: z
    .strictObject({
      /** The folder of the image to mount. @default the whole image */
      subpath: z.string().optional(),
    })
    .optional(),
});
export type Mount = z.infer<typeof MountSchema>;

/** A mount that passes the rules of its type. */
const VolumeSchema = MountSchema.superRefine((mount, context) => {
  const message = mountProblem(mount);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

export function mountProblem({
  type = "volume",
  source = "",
  readOnly,
  ...options
}: Mount): string | undefined {
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

/** Why these mounts conflict: the first target that is mounted twice. */
export function mountedTwice(volumes: readonly VolumeInput[], tmpfs: object): string | undefined {
  const targets = [
    ...volumes.map((volume) => String(canonicalVolume(volume)["Target"])),
    ...Object.keys(tmpfs).map(cleanTarget),
  ];
  const twice = targets.find((target, index) => targets.indexOf(target) < index);
  return twice && `"${twice}" is mounted twice, by \`volumes\` or \`tmpfs\`: keep one`;
}

export type VolumeInput = string | Mount;

/**
 * Options of the short form to ignore: they are the default, Podman adds them, or they do not affect what is mounted.
 */
const SILENT_OPTIONS = new Set(["rw", "z", "Z", "rprivate", "rbind", "nosuid", "nodev"]);

/** A mount in one form, whether written as a text or an object. */
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

/** Marks a mount, and its volume, that the provider makes for `files`; it is not part of the program's `volumes`. */
export const FILES_LABEL = "io.pulumi.portainer.files";

/** The engine names an anonymous volume with 64 hexadecimal digits. A roll-out carries the volume over by that name. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

/** The anonymous volumes of a container. */
export function anonymousVolumes({ Mounts }: ContainerInspect): { name: string; target: string }[] {
  return (Mounts ?? []).flatMap(({ Type, Name, Destination }) =>
    Type === "volume" && Name !== undefined && ANONYMOUS.test(Name)
      ? [{ name: Name, target: Destination }]
      : [],
  );
}

function readVolumes(container: unknown, desired: readonly VolumeInput[] | undefined): VolumeInput[] {
  const binds = (at(container, ["HostConfig", "Binds"]) ?? []) as string[];
  const mounts = ((at(container, ["HostConfig", "Mounts"]) ?? []) as Wire[])
    .map(fromMount)
    .filter(({ volume }) => volume?.labels?.[FILES_LABEL] === undefined);
  const declared = (desired ?? []).map(canonicalVolume);
  return [...binds, ...mounts].flatMap((volume) => {
    const { Source, Target } = canonicalVolume(volume);
    if (!ANONYMOUS.test(String(Source)) || declared.some((mount) => mount["Source"] === Source))
      return [volume];
    const isDesired = declared.some((mount) => mount["Target"] === Target && mount["Source"] === undefined);
    return isDesired && typeof volume !== "string" ? [withoutSource(volume)] : [];
  });
}

/** Drops the name by which a roll-out mounted a volume that the program declares without one. */
function withoutSource({ source: _source, ...volume }: Mount): VolumeInput {
  return volume;
}

/**
 * Adds the anonymous volumes of the previous container to the create body. Where the program mounts an anonymous
 * volume, it gets the previous one; where it mounts anything else, the program's mount stays.
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

export function fromMount(mount: Wire): Mount {
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

/** The API versions of properties that older engines would ignore, or refuse without a reason. */
function volumesSince(volumes: readonly VolumeInput[]): Readonly<Record<string, string>> {
  const mounts = volumes.filter((volume) => typeof volume !== "string");
  return {
    ...(mounts.some(({ type }) => type === "cluster") && { "volumes[].type cluster": "1.42" }),
    ...(mounts.some(({ volume }) => volume?.subpath) && { "volumes[].volume.subpath": "1.45" }),
    ...(mounts.some(({ type }) => type === "image") && { "volumes[].type image": "1.48" }),
  };
}

/** A container by name; a program may also pass the `Container`. */
const Source: z.ZodType<string, string | ResourceReference> = Text("the container's name") as never;

export const storageFields = {
  /**
   * Volumes and other mounts: `"data:/var/lib/data:ro"` or `{ type, source, target, readOnly }`. A change recreates the
   * container; volumes keep their data. Docker: `HostConfig.Binds` for texts, `HostConfig.Mounts` for objects.
   */
  volumes: z.array(z.union([VolumeSchema, ShortVolume])).optional(),
  /**
   * Containers whose volumes to mount: `"name"`, `"name:ro"`, or a `Container`; when that one is recreated, so is this
   * container. A change recreates the container. Docker: `HostConfig.VolumesFrom`. @default none
   */
  volumesFrom: z.array(Source).optional(),
  /**
   * Temporary file systems in memory: path to options (`"size=64m,mode=1777"`). A change recreates the container.
   * Docker: `HostConfig.Tmpfs`.
   */
  tmpfs: z.record(Target, z.string()).optional(),
  /**
   * The size of /dev/shm; 0 is the default. A change recreates the container. Docker: `HostConfig.ShmSize`.
   * @default the engine's, 64m
   */
  shmSize: Size.optional(),
  /**
   * Mount the container's root file system read-only. A change recreates the container. Docker:
   * `HostConfig.ReadonlyRootfs`. @default false
   */
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
