import { z } from "zod";
import type { ResourceReference } from "../../../core/schema";
import { milliseconds } from "../../../core/schema";

const UNITS: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/**
 * The bytes of a size in Docker's notation: `"512m"` (512 MiB), `"1.5g"`, `"64k"`; a plain number is bytes.
 *
 * @returns `undefined` if it is not a size.
 */
function bytes(size: string | number): number | undefined {
  if (typeof size === "number") return Number.isInteger(size) ? size : undefined;
  const [, amount, unit = "b"] = /^(\d+(?:\.\d+)?)\s*([bkmgt])?(?:i?b)?$/i.exec(size.trim()) ?? [];
  if (amount === undefined) return undefined;
  return Math.round(Number(amount) * (UNITS[unit.toLowerCase()] ?? 1));
}

/** A size in Docker's notation, in the largest unit that divides it evenly: 67108864 is `"64m"`. */
export function sizeText(size: number): string | number {
  const [unit, factor] = Object.entries(UNITS).findLast(([, bytes]) => size % bytes === 0) ?? ["b", 1];
  return unit === "b" || size <= 0 ? size : `${size / factor}${unit}`;
}

/** A non-empty text. */
export const Text = (what: string) => z.string().min(1, `${what} is empty`);

/** The engine refuses a smaller memory limit. A smaller number without a unit probably lacks its unit. */
const SMALLEST_MEMORY = 6 * 2 ** 20;

const show = (value: unknown): string => JSON.stringify(value);

/** A size: a number of bytes, or a text with a unit. */
export const Size = z.union([z.number(), z.string()]).refine((value) => (bytes(value) ?? -1) >= 0, {
  error: ({ input }) =>
    `${show(input)} is not a size: write bytes as a number, or a text such as "512m" or "2g"`,
});

/** A memory limit: a size that the engine accepts, or 0 for no limit. */
export const MemorySize = Size.refine(
  (value) => [0, undefined].includes(bytes(value)) || byteCount(value) >= SMALLEST_MEMORY,
  {
    error: ({ input }) => {
      const hint = /^\d+$/.test(String(input)) ? `bytes; did you mean "${input}m"?` : "is too little.";
      return `${show(input)} ${hint} The smallest limit is 6m, and 0 means no limit`;
    },
  },
);

/** A number in a range, or 0 for the engine's default. */
export const ZeroOr = (least: number, most: number, range: string) =>
  z.int().refine((value) => value === 0 || (value >= least && value <= most), {
    error: ({ input }) => `${show(input)} is not ${range}, nor 0 for the default`,
  });

/** A duration: a text such as `"30s"` or `"1m30s"`, or seconds as a number. */
export const Duration = z
  .union([z.number().nonnegative(), z.string()])
  .refine((value) => milliseconds(value) !== undefined, {
    error: ({ input }) => `${show(input)} is not a duration: write "30s", "1m30s", or seconds as a number`,
  });

/**
 * A namespace mode as the engine writes it; `""` is the default. A program may also pass the `Container` to share with.
 *
 * @param words the modes that the engine knows; without any, every mode is accepted
 */
export function modeOf(...words: readonly string[]): z.ZodType<string, string | ResourceReference> {
  const known = words.map((word) => `"${word}"`).join(", ");
  return z
    .string()
    .refine(
      (mode) =>
        (words.length === 0 && mode !== "container:") ||
        ["", ...words].includes(mode) ||
        /^container:./.test(mode),
      {
        error: ({ input }) =>
          `${show(input)} is none of ${known}${known && ", "}"container:<name or id>" or a \`Container\``,
      },
    ) as never;
}

/** The engine counts durations in nanoseconds. */
export const nanoseconds = (duration: string | number): number =>
  Math.round((milliseconds(duration) ?? 0) * 1_000_000);

export const byteCount = (size: string | number): number => bytes(size) ?? 0;

export const Port = z
  .int("a port is a whole number")
  .min(0, "a port is 0 to 65535")
  .max(65535, "a port is 0 to 65535");
