import { DECISIONS, SOFT_DIFFERENCES } from "./decisions";
import type { Verdict } from "./play";
import type { Scenario } from "./scenario";

interface Tally {
  matched: number;
  judged: number;
}

/** How a server did: steps that match by area, what it answers where Portainer is odd, and small differences. */
export class Report {
  readonly #areas = new Map<string, Tally>();
  readonly #oddities: string[] = [];
  readonly #soft: string[] = [];

  add({ name, area }: Scenario, verdicts: readonly Verdict[]): void {
    const tally = this.#areas.get(area) ?? { matched: 0, judged: 0 };
    this.#areas.set(area, tally);
    for (const { step, problems, soft } of verdicts) {
      const id = `${name}/${step.id}`;
      tally.judged += 1;
      if (problems.length === 0) tally.matched += 1;
      if (soft.length > 0) this.#soft.push(`${id}: ${SOFT_DIFFERENCES[id] ?? soft.join("; ")}`);
      if (!step.quirk) continue;
      const answer = problems.length === 0 ? "answered so" : (DECISIONS[id] ?? problems.join("; "));
      this.#oddities.push(`${id} (${step.quirk}): ${answer}`);
    }
  }

  toString(): string {
    const tallies = [...this.#areas.values()];
    const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
    const width = Math.max(0, ...[...this.#areas.keys()].map(({ length }) => length));
    return [
      `Recorded steps matched: ${sum(({ matched }) => matched)} of ${sum(({ judged }) => judged)}`,
      ...[...this.#areas].map(
        ([area, { matched, judged }]) => `  ${area.padEnd(width)} ${matched} of ${judged}`,
      ),
      ...list("Where Portainer is odd:", this.#oddities),
      ...list("Differences that no client can rely on:", this.#soft),
      "",
    ].join("\n");
  }
}

const list = (title: string, items: readonly string[]): string[] =>
  items.length > 0 ? [title, ...items.map((item) => `  ${item}`)] : [];
