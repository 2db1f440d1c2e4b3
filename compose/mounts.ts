/** What is mounted or put into the containers of a service: volumes, folders, and the files of configs and secrets. */
import { posix } from "node:path";
import { defined, noneIfEmpty, objectName } from "./plan";
import type { Project } from "./project";
import { contentOf } from "./project-files";
import type { ComposeMount, ComposeService, FileReference } from "./schema";

export interface ContainerOptions {
  /** The folder on the engine's machine that relative paths of `volumes` start from. @default the project's folder here */
  readonly engineFolder?: string | undefined;
  /**
   * How files of configs and secrets get into a container: uploaded, or mounted from the engine's machine, as Docker
   * Compose does. @default "upload"
   */
  readonly files?: "upload" | "bind" | undefined;
}

/** A mount of a folder is a text, which has the engine create the folder; all others are objects, as Docker Compose does. */
export function mountOf(project: Project, mount: ComposeMount, options: ContainerOptions): string | object {
  const { type, source, target, read_only, bind, volume, tmpfs, image } = mount;
  if (type === "bind") {
    const path = onEngine(project, source ?? "", options);
    const flags = [read_only ? "ro" : "rw", bind?.selinux, bind?.propagation].filter(
      (flag) => flag !== undefined,
    );
    if (bind?.create_host_path) return `${path}:${target}:${flags.join(",")}`;
    const settings = defined({
      propagation: bind?.propagation,
      nonRecursive: bind?.recursive === "disabled" || undefined,
    });
    return defined({ type, source: path, target, readOnly: read_only, bind: noneIfEmpty(settings) });
  }
  const named = type === "volume" && source !== undefined ? project.model.volumes[source] : undefined;
  return defined({
    type,
    source: source !== undefined && type === "volume" ? objectName(project, source, named ?? {}) : source,
    target: posix.normalize(target),
    readOnly: read_only,
    volume:
      volume &&
      noneIfEmpty(defined({ noCopy: volume.nocopy, subpath: volume.subpath, labels: volume.labels })),
    tmpfs: tmpfs && noneIfEmpty(defined({ size: tmpfs.size, mode: tmpfs.mode })),
    image: image && noneIfEmpty(defined({ subpath: image.subpath })),
  });
}

/** A path of the project's folder, on the engine's machine. */
export const onEngine = ({ folder }: Project, path: string, { engineFolder }: ContainerOptions): string =>
  engineFolder !== undefined && (path === folder || path.startsWith(`${folder}/`))
    ? posix.join(engineFolder, path.slice(folder.length))
    : path;

export const splitTmpfs = (text: string): [string, string] => {
  const at = text.indexOf(":");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
};

/** Configs and secrets of a service: where each is in the container. */
function fileReferences(service: ComposeService) {
  const at = (folder: string, { source, target = source }: FileReference): string =>
    target.startsWith("/") ? target : `${folder}${target}`;
  return [
    ...service.configs.map((reference) => ({
      kind: "configs" as const,
      reference,
      path: at("/", reference),
    })),
    ...service.secrets.map((reference) => ({
      kind: "secrets" as const,
      reference,
      path: at("/run/secrets/", reference),
    })),
  ];
}

export function boundFiles(project: Project, service: ComposeService, options: ContainerOptions): object[] {
  return fileReferences(service).flatMap(({ kind, reference, path }) => {
    const { file } = project.model[kind][reference.source] ?? {};
    if (file === undefined) return [];
    return [{ type: "bind", source: onEngine(project, file, options), target: path, readOnly: true }];
  });
}

export function filesOf(
  project: Project,
  name: string,
  service: ComposeService,
  options: ContainerOptions,
): Record<string, unknown> {
  const all = fileReferences(service).filter(
    ({ kind, reference }) =>
      options.files !== "bind" || project.model[kind][reference.source]?.file === undefined,
  );
  return Object.fromEntries(
    all.map(({ kind, reference: { source, uid, gid, mode = 0o444 }, path }) => {
      const id = (text: string | undefined, key: string): number | undefined => {
        if (text === undefined || /^\d+$/.test(text)) return text === undefined ? undefined : Number(text);
        throw project.fault(["services", name, kind], `\`${key}\` of "${source}" is a number`);
      };
      const content = contentOf(project, kind, source);
      return [path, defined({ ...content, mode, uid: id(uid, "uid"), gid: id(gid, "gid") })];
    }),
  );
}
