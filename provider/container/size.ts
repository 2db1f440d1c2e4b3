const UNITS: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/**
 * The bytes of a size as Docker writes it: `"512m"` is 512 MiB, `"1.5g"`, `"64k"`; a plain number is bytes.
 *
 * @returns `undefined` when the text is no size.
 */
export function bytes(size: string | number): number | undefined {
  if (typeof size === "number") return Number.isInteger(size) ? size : undefined;
  const [, amount, unit = "b"] = /^(\d+(?:\.\d+)?)\s*([bkmgt])?(?:i?b)?$/i.exec(size.trim()) ?? [];
  if (amount === undefined) return undefined;
  return Math.round(Number(amount) * (UNITS[unit.toLowerCase()] ?? 1));
}

/** A size as Docker writes it, in the largest unit that holds it without a rest: 67108864 is `"64m"`. */
export function sizeText(size: number): string | number {
  const [unit, factor] = Object.entries(UNITS).findLast(([, bytes]) => size % bytes === 0) ?? ["b", 1];
  return unit === "b" || size <= 0 ? size : `${size / factor}${unit}`;
}
