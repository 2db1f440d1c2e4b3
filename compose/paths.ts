/** Relative paths of a Compose file: each is relative to the folder of its own project or file. */
import { homedir } from "node:os";
import { resolve } from "node:path";
import { list, mapping, scalar, type Tree } from "./source";

const FILES =
  /^(?:(?:configs|secrets)\/[^/]+\/file|services\/[^/]+\/(?:build\/context|build\/additional_contexts\/[^/]+|env_file|env_file\/path|label_file))$/;
const MOUNTS = /^services\/[^/]+\/volumes$/;

const isUrl = (text: string): boolean => /^(?:[a-z][\w+.-]*:\/\/|git@|service:|docker-image:)/i.test(text);

/** Makes the relative paths of a file in its long form absolute. */
export function withAbsolutePaths(tree: Tree, folder: string, path = ""): Tree {
  if (tree.kind === "scalar") {
    if (typeof tree.value !== "string") return tree;
    if (FILES.test(path)) return isUrl(tree.value) ? tree : scalar(absolute(folder, tree.value), tree.place);
    return MOUNTS.test(path) ? scalar(shortMount(folder, tree.value), tree.place) : tree;
  }
  if (tree.kind === "list")
    return list(
      tree.items.map((item) => withAbsolutePaths(item, folder, path)),
      tree,
    );
  const type = tree.entries.get("type");
  const isBind = MOUNTS.test(path) && type?.kind === "scalar" && type.value === "bind";
  return mapping(
    [...tree.entries].map(([key, value]) => {
      if (isBind && key === "source" && value.kind === "scalar")
        return [key, scalar(absolute(folder, String(value.value)), value.place)] as const;
      return [key, withAbsolutePaths(value, folder, path === "" ? key : `${path}/${key}`)] as const;
    }),
    tree,
  );
}

const absolute = (folder: string, path: string): string =>
  path === "~" || path.startsWith("~/") ? resolve(homedir(), path.slice(2)) : resolve(folder, path);

/** `./data:/data` mounts a folder; `data:/data` a volume. */
function shortMount(folder: string, text: string): string {
  const at = text.indexOf(":");
  const source = text.slice(0, at);
  return at > 0 && /^(?:\.|~)/.test(source) ? `${absolute(folder, source)}${text.slice(at)}` : text;
}
