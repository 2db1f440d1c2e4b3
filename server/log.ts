import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/** Logs JSON lines. Credentials in logged objects are redacted. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      redact: {
        paths: ["*.authorization", "*.cookie", "*.password", "*.Password", "*.jwt", '*["x-api-key"]'],
        censor: "[redacted]",
      },
    },
    destination,
  );
}
