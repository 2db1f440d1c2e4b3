export type Part =
  | "build"
  | "engine"
  | "ownEngine"
  | "swarm"
  | "compose"
  | "postgres"
  | "registry"
  | "cli"
  | "browser";

/** The Jest projects, and what each needs beyond Node; what it `wants` only some of its tests need. */
export const suites = {
  unit: { needs: [], wants: [] },
  server: { needs: [], wants: [] },
  host: { needs: ["build"], wants: ["postgres"] },
  twin: { needs: ["build", "engine"], wants: ["swarm", "compose", "postgres"] },
  engine: { needs: ["build", "engine"], wants: ["registry", "ownEngine"] },
  stack: { needs: ["build", "engine", "cli"], wants: ["registry"] },
  browser: { needs: ["browser"], wants: [] },
} as const satisfies Record<string, { needs: readonly Part[]; wants: readonly Part[] }>;

export type Suite = keyof typeof suites;

export const allSuites = Object.keys(suites) as Suite[];

export function isSuite(name: string): name is Suite {
  return name in suites;
}

export function isUsed(part: Part, chosen: readonly Suite[]): boolean {
  return chosen.some((suite) => ([...suites[suite].needs, ...suites[suite].wants] as Part[]).includes(part));
}
