export type Part = "build" | "engine" | "cli" | "browser";

/** The Jest projects, and what each needs beyond Node. */
export const suites = {
  unit: [],
  server: [],
  host: ["build"],
  twin: ["build", "engine"],
  engine: ["build", "engine"],
  stack: ["build", "engine", "cli"],
  browser: ["browser"],
} as const satisfies Record<string, readonly Part[]>;

export type Suite = keyof typeof suites;

export const allSuites = Object.keys(suites) as Suite[];

export function isSuite(name: string): name is Suite {
  return name in suites;
}

export function needs(chosen: readonly Suite[], part: Part): boolean {
  return chosen.some((suite) => (suites[suite] as readonly Part[]).includes(part));
}
