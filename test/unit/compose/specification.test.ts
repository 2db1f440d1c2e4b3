import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import type { z } from "zod";
import { ComposeSchema } from "../../../compose/schema";
import { UNSUPPORTED } from "../../../compose/unsupported";
import { keys as specified } from "./specification-keys.json";

/** The keys of each place in a Compose file: `services.*`, `services.*.ports[]`. */
type Keys = Readonly<Record<string, readonly string[]>>;

const below = (place: string, key: string): string => (place === "" ? key : `${place}.${key}`);

/** The keys that a schema knows. */
function keysOf(schema: unknown): Keys {
  const keys: Record<string, string[]> = {};
  const walk = (part: unknown, place: string): void => {
    const { def } = (part as z.core.$ZodType)._zod as unknown as { def: Record<string, unknown> };
    switch (def["type"] as string) {
      case "object":
        for (const [key, value] of Object.entries(def["shape"] as object)) {
          keys[place] = [...(keys[place] ?? []), key];
          walk(value, below(place, key));
        }
        break;
      case "union":
        for (const option of def["options"] as unknown[]) walk(option, place);
        break;
      case "array":
        walk(def["element"], `${place}[]`);
        break;
      case "record":
        walk(def["valueType"], below(place, "*"));
        break;
      case "pipe":
        walk(def["in"], place);
        walk(def["out"], place);
        break;
      default:
        if (def["innerType"]) walk(def["innerType"], place);
    }
  };
  walk(schema, "");
  return keys;
}

const pathsOf = (keys: Keys): string[] =>
  Object.entries(keys).flatMap(([place, names]) => names.map((name) => below(place, name)));

/** Carried out before the schema is asked: what they name is put in their place. */
const LOADED = ["include", "services.*.extends"];
/** Read by nobody but Docker Compose on a developer's machine. */
const FREE = ["services.*.develop"];

const isPartOf = (path: string, whole: string): boolean =>
  path === whole || path.startsWith(`${whole}.`) || path.startsWith(`${whole}[]`);

describe("the keys of the Compose specification", () => {
  const known = new Set(pathsOf(keysOf(ComposeSchema)));
  const all = pathsOf(specified);

  it("are each carried out, without meaning here, or refused with a reason", () => {
    const elsewhere = [...LOADED, ...FREE, ...Object.keys(UNSUPPORTED)];
    const isElsewhere = (path: string) => elsewhere.some((whole) => isPartOf(path, whole));
    expect(all.filter((path) => !known.has(path) && !isElsewhere(path))).toEqual([]);
  });

  it("are all that a file may have", () => {
    expect([...known].filter((path) => !all.includes(path))).toEqual([]);
    expect(Object.keys(UNSUPPORTED).filter((path) => known.has(path) || !all.includes(path))).toEqual([]);
  });

  it("that are refused are in the guide, with the reason", () => {
    const guide = readFileSync(join(__dirname, "../../../docs/guides/compose.md"), "utf8");
    const [, table = ""] = /\| Key \| Reason \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(guide) ?? [];
    const rows = Object.entries(UNSUPPORTED).map(([key, reason]) => `| \`${key}\` | ${reason} |\n`);
    expect(table).toBe(rows.join(""));
  });
});
