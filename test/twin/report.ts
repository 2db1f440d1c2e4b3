import { DECISIONS } from "./decisions";
import type { Verdict } from "./play";
import type { Scenario } from "./scenario";

interface Tally {
  matched: number;
  judged: number;
}

/** How a server did: steps that match by area, and what it answers where Portainer is odd. */
export class Report {
  readonly #areas = new Map<string, Tally>();
  readonly #oddities: string[] = [];

  add({ name, area }: Scenario, verdicts: readonly Verdict[]): void {
    const tally = this.#areas.get(area) ?? { matched: 0, judged: 0 };
    this.#areas.set(area, tally);
    for (const { step, problems } of verdicts) {
      tally.judged += 1;
      if (problems.length === 0) tally.matched += 1;
      if (!step.quirk) continue;
      const id = `${name}/${step.id}`;
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
      ...(this.#oddities.length > 0 ? ["Where Portainer is odd:"] : []),
      ...this.#oddities.map((line) => `  ${line}`),
      "",
    ].join("\n");
  }
}
