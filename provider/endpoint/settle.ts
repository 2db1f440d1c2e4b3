import type { Endpoint } from "../../contract";
import type { Context } from "../core/definition";
import { difference, refreshed } from "../core/diff";
import { equal } from "../core/equal";
import { messageOf, ProviderError, sentence, Unfinished } from "../core/failure";
import { type Course, carryOut, type Task } from "./carry-out";
import { properties } from "./properties";
import { patience, untilUp } from "./reach";
import type { EndpointSettled, EndpointState } from "./schema";
import { fingerprintsOf, type Tls } from "./tls";
import { asWished, statusOf } from "./view";

/** An environment that is there, and what is to become of it. */
interface Settling extends Task {
  readonly endpoint: Endpoint;
  /** Whether this step has created or taken it, so that Pulumi is to remember it in any case. */
  readonly isNew: boolean;
  readonly news: EndpointSettled;
  /** What the last step has left, where there was one. */
  readonly olds?: EndpointState;
  readonly instanceId: string;
}

/** After new TLS files for the same address: an engine that ran before needs no time to start. */
const ROTATION_TIMEOUT = "10s";

/**
 * Makes an environment as wished, and waits for its engine where that may have become another.
 *
 * @throws Unfinished with the true state, once anything was changed.
 */
export async function settle(context: Context, settling: Settling): Promise<EndpointState> {
  const { endpoint, isNew, news, instanceId } = settling;
  const course: Course = { endpoint, isTouched: isNew, hasFiles: isNew, isRerouted: false };
  try {
    await carryOut(context.connection.client, settling, course);
    const engineId = await greetEngine(context, settling, course).catch((error: unknown) =>
      undoRotation(context, settling, course, error),
    );
    return {
      ...news,
      endpointId: endpoint.Id,
      status: statusOf(course.endpoint),
      tlsFingerprints: fingerprintsOf(news.tls),
      instanceId,
      ...(engineId !== undefined && { engineId }),
    };
  } catch (error) {
    if (!course.isTouched) throw error;
    throw new Unfinished(String(endpoint.Id), { ...present(settling, course), instanceId }, error);
  }
}

async function greetEngine(
  context: Context,
  settling: Settling,
  course: Course,
): Promise<string | undefined> {
  const { isNew, news, olds } = settling;
  const before = olds?.engineId;
  const { client } = context.connection;
  const id = course.endpoint.Id;
  if (!isNew && !course.isRerouted && before !== undefined) return before;
  const limit = patience(
    news.startupTimeout ?? (tlsToPutBack(settling) === undefined ? undefined : ROTATION_TIMEOUT),
  );
  const engineId = await untilUp(context, id, news, limit);
  if (before !== undefined && before !== engineId) {
    context.warn(
      `the environment now leads to another engine: what this program made on the one before (${before}) is not there`,
    );
  }
  if (course.isRerouted || statusOf(course.endpoint) === "down") {
    await client.endpoints.snapshot({ params: { id } });
    course.endpoint = { ...course.endpoint, Status: 1 };
  }
  return engineId;
}

/**
 * The TLS settings before this update, `null` for none, where it has changed them alone and they are all known: an
 * engine that does not answer then does so because of the new ones.
 */
function tlsToPutBack({ olds, news, endpoint }: Settling): Tls | null | undefined {
  if (!olds || endpoint.TLSConfig.TLS !== (olds.tls !== undefined)) return undefined;
  const { changed } = difference(properties, { ...olds }, { ...news });
  if (!changed.includes("tls") || changed.includes("url")) return undefined;
  return equal(fingerprintsOf(olds.tls), olds.tlsFingerprints ?? {}) ? (olds.tls ?? null) : undefined;
}

/** Puts the TLS settings from before back where this update alone can be why the engine does not answer. */
async function undoRotation(
  context: Context,
  settling: Settling,
  course: Course,
  error: unknown,
): Promise<never> {
  const tls = tlsToPutBack(settling);
  if (tls === undefined || context.signal.aborted) throw error;
  const { news, directory } = settling;
  const task = { wish: { url: news.url, tls }, directory, stored: fingerprintsOf(news.tls) };
  course.hasFiles = false;
  const reason = `this update has changed \`tls\`, and with that the engine does not answer: ${sentence(messageOf(error))}`;
  try {
    await carryOut(context.connection.client, task, course);
  } catch (failure) {
    throw new ProviderError(`${reason} To put the settings from before back failed: ${messageOf(failure)}`);
  }
  context.connection.forgetEngine(course.endpoint.Id);
  course.tls = tls;
  throw new ProviderError(
    `${reason} The settings from before were put back. An engine that takes its new certificate only later needs a longer \`startupTimeout\`.`,
  );
}

/** What there is when a step has failed: a difference to the wish wherever something is left to do. */
function present({ news, olds, directory }: Settling, { endpoint, hasFiles, tls: putBack }: Course) {
  const { tls: shown, ...others } = refreshed(properties, { ...news }, asWished(endpoint, news, directory));
  const tls = putBack === undefined && hasFiles ? shown : putBack;
  const files = putBack === undefined && hasFiles ? news.tls : putBack;
  return {
    ...others,
    ...((tls ?? undefined) !== undefined && { tls }),
    endpointId: endpoint.Id,
    status: statusOf(endpoint),
    tlsFingerprints: fingerprintsOf(files),
    engineId: olds?.engineId,
  };
}
