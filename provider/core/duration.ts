import { z } from "zod";

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;

/**
 * The milliseconds of a duration: `"90s"`, `"1m30s"`, `"1.5h"`; a plain number is seconds.
 *
 * @returns `undefined` when the text is no duration.
 */
export function milliseconds(duration: string | number): number | undefined {
  if (typeof duration === "number") return duration * 1_000;
  const text = duration.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const parts = [...text.matchAll(PART)];
  if (text === "" || parts.map(([part]) => part).join("") !== text) return undefined;
  return parts.reduce((total, [, amount, unit]) => total + Number(amount) * (UNITS[unit ?? ""] ?? 0), 0);
}

/** A length of time: a text with units, or seconds as a number. */
export const DurationSchema = z
  .union([z.number().nonnegative(), z.string()])
  .refine((value) => milliseconds(value) !== undefined, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a duration: write "90s", "1m30s", or seconds as a number`,
  });
