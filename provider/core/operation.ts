import { connect } from "../connection";
import { claimsOf } from "./claims";
import type { SettingTexts } from "./connection-settings";
import type { Context } from "./definition";
import { ProviderError } from "./errors";
import { nameOf } from "./properties";
import { pulumiEngine, stopSignal, track } from "./pulumi";
import { milliseconds } from "./schema";

export type Step = "create" | "read" | "update" | "delete";

/** The time limit of a step that the program's `customTimeouts` does not set. */
const LIMIT: Record<Step, string> = { create: "20m", read: "5m", update: "20m", delete: "10m" };

/** What Pulumi says about a step besides the resource's properties. */
export interface Call {
  /** The resource's URN: the line that progress is shown on. */
  readonly urn: string | undefined;
  /** The settings of the resource's provider. */
  readonly settings: SettingTexts;
  /** Identifies the state entry that the step is about: that of its `create` if it adopted its object, else its URN. */
  readonly holder: string;
  /** The program's time limit, as a duration. @default that of the step */
  readonly timeout?: string | undefined;
}

/** Runs one step of a resource with its time limit, log and connection. */
export async function operate<T>(
  step: Step,
  { urn, settings, holder, timeout: limit = LIMIT[step] }: Call,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new ProviderError(timeoutMessage(step, limit))),
    milliseconds(limit) ?? milliseconds(LIMIT[step]),
  );
  const engine = pulumiEngine();
  const say = (severity: "info" | "warning", ephemeral: boolean) => (message: string) => {
    if (urn !== undefined) engine.log(severity, message, urn, ephemeral);
  };
  const show = say("info", true);
  let showsProgress = false;
  try {
    const context: Context = {
      name: nameOf(urn) ?? "",
      urn,
      connection: connect(settings),
      claims: claimsOf({ holder, urn }),
      signal: AbortSignal.any([stopSignal, timeout.signal]),
      progress: (message) => {
        showsProgress = true;
        show(message);
      },
      info: say("info", false),
      warn: say("warning", false),
    };
    const result = await track(work(context));
    if (showsProgress) show("done"); // Pulumi keeps the last message on the line of a finished resource.
    return result;
  } finally {
    clearTimeout(timer);
  }
}

function timeoutMessage(step: Step, limit: string): string {
  const option = step === "read" ? "" : `; customTimeouts: { ${step}: "…" } allows more`;
  return `gave up after ${limit}${option}`;
}
