/** How many requests there were, in all and by method. */
export function tally(requests: readonly { method: string }[]): string {
  const byMethod = Map.groupBy(requests, ({ method }) => method);
  const parts = [...byMethod].map(([method, list]) => `${list.length} ${method}`);
  return `${requests.length} requests${parts.length > 0 ? ` (${parts.join(", ")})` : ""}`;
}
