/** Shorter values are not masked: they are words that occur in any text. */
const SHORTEST_SECRET = 6;

/** A text that a container or a build wrote, without these values: any of them may be a secret. */
export function maskValues(text: string, values: readonly string[]): string {
  return values
    .filter((value) => value.length >= SHORTEST_SECRET)
    .sort((left, right) => right.length - left.length)
    .reduce((masked, value) => masked.replaceAll(value, "[masked]"), text);
}
