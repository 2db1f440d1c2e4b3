import { z } from "zod";
import { parseDuration } from "../../contract";

/**
 * The milliseconds of a duration: `"90s"`, `"1m30s"`, `"1.5h"`; a plain number is seconds.
 *
 * @returns `undefined` when the text is no duration.
 */
export function milliseconds(duration: string | number): number | undefined {
  if (typeof duration === "number") return duration * 1_000;
  const text = duration.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  return /^[+-]/.test(text) ? undefined : parseDuration(text);
}

/** A length of time: a text with units, or seconds as a number. */
export const DurationSchema = z
  .union([z.number().nonnegative(), z.string()])
  .refine((value) => milliseconds(value) !== undefined, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a duration: write "90s", "1m30s", or seconds as a number`,
  });
