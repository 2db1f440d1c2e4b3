import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/** JSON lines; credentials that an object might carry are blotted out. */
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
