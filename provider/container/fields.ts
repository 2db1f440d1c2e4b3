import { z } from "zod";
import { milliseconds } from "../core/duration";
import type { ResourceReference } from "../core/id";
import { bytes } from "./size";

/** Below this the engine refuses a memory limit, and a number without a unit was probably meant with one. */
const SMALLEST_MEMORY = 6 * 2 ** 20;

const show = (value: unknown): string => JSON.stringify(value);

/** A size in bytes, or a text with a unit. */
export const Size = z.union([z.number(), z.string()]).refine((value) => bytes(value) !== undefined, {
  error: ({ input }) =>
    `${show(input)} is not a size: write bytes as a number, or a text such as "512m" or "2g"`,
});

/** A memory limit: a size that the engine can grant. */
export const MemorySize = Size.refine((value) => (bytes(value) ?? SMALLEST_MEMORY) >= SMALLEST_MEMORY, {
  error: ({ input }) =>
    `${show(input)} is ${bytes(input as number)} bytes; did you mean "${String(input).replace(/\D/g, "")}m"? The smallest limit is 6m`,
});

/** A duration: a text such as `"30s"` or `"1m30s"`, or seconds as a number. */
export const Duration = z
  .union([z.number().nonnegative(), z.string()])
  .refine((value) => milliseconds(value) !== undefined, {
    error: ({ input }) => `${show(input)} is not a duration: write "30s", "1m30s", or seconds as a number`,
  });

/** A namespace's owner in a text of the engine; in a program it may be the `Container` itself. */
export const Mode: z.ZodType<string, string | ResourceReference> = z.string() as never;

/** The engine counts durations in nanoseconds. */
export const nanoseconds = (duration: string | number): number =>
  Math.round((milliseconds(duration) ?? 0) * 1_000_000);

export const byteCount = (size: string | number): number => bytes(size) ?? 0;

export const Port = z
  .int("a port is a whole number")
  .min(0, "a port is 0 to 65535")
  .max(65535, "a port is 0 to 65535");
