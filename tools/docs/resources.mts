import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where a resource's pieces are, as `provider/definitions.ts` lists them. */
export interface Resource {
  /** The export of the provider that states refer to, and the class of the SDK: `Tag`. */
  readonly name: string;
  /** The source of its definition, and the name of the definition there: `provider/portainer/tag.ts`, `tag`. */
  readonly provider: string;
  readonly definition: string;
  readonly sdk: string;
  /** The function that looks it up, for what is never managed. */
  readonly lookUp?: string;
}

/** Reads all resources, by name. */
export function readResources(clone: string): Resource[] {
  const source = readFileSync(join(clone, "provider", "definitions.ts"), "utf8");
  return [...source.matchAll(/^export \{ (\w+) as (\w+) \} from "\.\/(.+)";$/gm)]
    .map(([, definition = "", name = "", path = ""]) => {
      const sdk = `sdk/${kebabCase(name)}.ts`;
      return {
        name,
        definition,
        provider: sourceOf(clone, `provider/${path}`),
        sdk,
        ...(isLookUp(clone, sdk, name) && { lookUp: `get${name}` }),
      };
    })
    .sort((left, right) => left.name.localeCompare(right.name));
}

export const kebabCase = (name: string): string =>
  name.replaceAll(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

const sourceOf = (clone: string, path: string): string =>
  existsSync(join(clone, `${path}.ts`)) ? `${path}.ts` : `${path}/index.ts`;

const isLookUp = (clone: string, sdk: string, name: string): boolean =>
  readFileSync(join(clone, sdk), "utf8").includes(`export function get${name}(`);
