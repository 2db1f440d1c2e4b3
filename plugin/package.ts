import { readFileSync } from "node:fs";

export const { version } = require("pulumi-portainer/package.json") as { version: string };

/** The package schema, as `npm run schema` wrote it. */
export function schemaText(): string {
  return readFileSync(require.resolve("pulumi-portainer/plugin/schema.json"), "utf8");
}

/** What this package reads of the schema itself. */
interface Schema {
  readonly resources: Readonly<
    Record<string, { readonly inputProperties: object; readonly properties: object }>
  >;
}

let outputs: ReadonlyMap<string, readonly string[]> | undefined;

/** The properties of a resource that only the provider sets, by the resource's token. */
export function outputNames(token: string): readonly string[] {
  outputs ??= new Map(
    Object.entries((JSON.parse(schemaText()) as Schema).resources).map(([name, resource]) => [
      name,
      Object.keys(resource.properties).filter((key) => !(key in resource.inputProperties)),
    ]),
  );
  return outputs.get(token) ?? [];
}
