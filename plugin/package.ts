import { readFileSync } from "node:fs";

export const { version } = require("pulumi-portainer/package.json") as { version: string };

/** The package schema, as `npm run schema` wrote it. */
export function schemaText(): string {
  return readFileSync(require.resolve("pulumi-portainer/schema.json"), "utf8");
}
