import type { Endpoint } from "../../contract";
import type { Context } from "../core/definition";
import { refreshed } from "../core/diff";
import { Unfinished } from "../core/failure";
import { type Course, carryOut, type Task } from "./carry-out";
import { properties } from "./properties";
import { untilUp } from "./reach";
import type { EndpointSettled, EndpointState } from "./schema";
import { fingerprintsOf } from "./tls";
import { asWished, statusOf } from "./view";

/** An environment that is there, and what is to become of it. */
interface Settling extends Task {
  readonly endpoint: Endpoint;
  /** Whether this step has created or taken it, so that Pulumi is to remember it in any case. */
  readonly isNew: boolean;
  readonly news: EndpointSettled;
  readonly instanceId: string;
  readonly engineId?: string | undefined;
}

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
    const engineId = await greetEngine(context, settling, course);
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
  { isNew, news, engineId: before }: Settling,
  course: Course,
): Promise<string | undefined> {
  const { client } = context.connection;
  const id = course.endpoint.Id;
  if (!isNew && !course.isRerouted && before !== undefined) return before;
  const engineId = await untilUp(context, id, news);
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

/** What there is when a step has failed: a difference to the wish wherever something is left to do. */
function present({ news, directory, engineId }: Settling, { endpoint, hasFiles }: Course) {
  const { tls, ...others } = refreshed(properties, { ...news }, asWished(endpoint, news, directory));
  return {
    ...others,
    ...(hasFiles && tls !== undefined && { tls }),
    endpointId: endpoint.Id,
    status: statusOf(endpoint),
    tlsFingerprints: hasFiles ? fingerprintsOf(news.tls) : {},
    engineId,
  };
}
