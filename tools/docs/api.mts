import type { Route, Routes } from "../../contract/route.ts";

/** One entity of the API with its operations. */
export interface Entity {
  readonly name: string;
  readonly prefix: string;
  readonly routes: Routes;
}

/** The rows of an entity's table: method and path, who may call it, what it does, what proved it. */
export function rowsOf({ prefix, routes }: Entity): string[][] {
  return Object.values(routes).map((route) => [
    `\`${route.method} ${prefix}${route.path}\``,
    route.access,
    route.summary,
    [proofOf(route), ageOf(route)].filter(Boolean).join("; "),
  ]);
}

/** How many operations there are, and how many are proved in which way. */
export function tally(entities: readonly Entity[]): string {
  const proofs = entities.flatMap(({ routes }) => Object.values(routes).map(proofOf));
  const count = (start: string) => proofs.filter((proof) => proof.startsWith(start)).length;
  return `${proofs.length} operations: ${count("live")} seen live, ${count("source")} read in the source, ${count("ours")} our own, ${count("no")} not verified.`;
}

const ageOf = ({ since, until }: Route): string =>
  (since && `since ${since}`) || (until && `until ${until}`) || "";

const proofOf = ({ verified }: Route): string =>
  typeof verified === "object" ? `${verified.by} ${verified.version}` : verified || "no";
