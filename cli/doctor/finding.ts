import { isApiError, isConnectionError, isContractError, isLoginError } from "../../client";
import { messageOf, ProviderError } from "../../provider/core/errors";
import type { Problem } from "./report";

export interface Limits {
  /** The environments to look at, by id or name; none for all. */
  readonly endpoints: readonly string[];
  /** How long an engine may take to answer, in seconds. */
  readonly timeout: number;
  /** A certificate that has fewer days left is a warning. */
  readonly warnDays: number;
  /** A certificate that has fewer days left is critical. */
  readonly criticalDays: number;
  /** An API key that is older, in days, is a warning. @default any age will do */
  readonly keyAge?: number | undefined;
}

/** What one part of the examination found. */
export interface Found<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}

export const nothing = <T>(value: T): Found<T> => ({ value, problems: [] });

export const problem = (severity: Problem["severity"], subject: string, message: string): Problem => ({
  severity,
  subject,
  message,
});

/** What an answer, or the lack of one, says about the thing asked. Any other error is a fault of this program. */
export function problemOf(error: unknown, subject: string): Problem {
  const isExpected = [isApiError, isConnectionError, isContractError, isLoginError].some((is) => is(error));
  if (!isExpected && !(error instanceof ProviderError)) throw error;
  return problem("critical", subject, messageOf(error));
}

export async function measured<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const start = performance.now();
  const value = await work();
  return [value, Math.round(performance.now() - start)];
}

/** A clock may be off by so many seconds: tokens and certificates that are minutes old still work. */
const CLOCK_TOLERANCE = 30;

export function clockProblem(subject: string, difference: number | null): Problem[] {
  if (difference === null || Math.abs(difference) <= CLOCK_TOLERANCE) return [];
  const where = difference > 0 ? "ahead of" : "behind";
  return [
    problem(
      "warning",
      subject,
      `Its clock is ${Math.abs(difference)} s ${where} this machine's: tokens and certificates expire at the wrong time.`,
    ),
  ];
}
