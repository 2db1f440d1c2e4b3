export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

/** How many requests there were, in all and by method. */
export function tally(requests: readonly { method: string }[]): string {
  const byMethod = Map.groupBy(requests, ({ method }) => method);
  const parts = [...byMethod].map(([method, list]) => `${list.length} ${method}`);
  return `${requests.length} requests${parts.length > 0 ? ` (${parts.join(", ")})` : ""}`;
}
