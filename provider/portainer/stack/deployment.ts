/** Deployments: waiting for one, for another's, and for one whose answer was lost. */
import { isApiError, isConnectionError } from "../../../client";
import { type Stack, StackStatus } from "../../../contract";
import { until } from "../../core/concurrency";
import type { Context } from "../../core/definition";
import { ProviderError } from "../../core/errors";
import { mayHaveHappened } from "../../core/lost-answer";

/** How long a deployment whose answer was lost may go on without a sign, in seconds. */
const LOST_SECONDS = 60;

type Waiting = Pick<Context, "signal" | "progress">;

/** Portainer has the stack, but its engine does not run it as desired. */
export class DeploymentFailed extends ProviderError {
  readonly failed: Stack;

  constructor(stack: Stack) {
    const told = stack.DeploymentStatus?.findLast(({ Status }) => Status === StackStatus.error)?.Message;
    super(
      `the stack "${stack.Name}" could not be deployed: ${told || "Portainer does not say why, see the log of the server"}`,
    );
    this.failed = stack;
  }
}

/**
 * Waits until a stack is deployed. Portainer 2.45 and newer answer while they deploy, older ones when they have.
 *
 * @throws DeploymentFailed with the message of the stack.
 */
export async function deployed(
  { signal, progress }: Waiting,
  stack: Stack,
  look: () => Promise<Stack>,
): Promise<Stack> {
  let now = stack;
  if (now.Status === StackStatus.deploying)
    now = await until(signal, async (seconds) => {
      progress(`deploying: ${seconds} s`);
      const seen = await look();
      return seen.Status === StackStatus.deploying ? undefined : seen;
    });
  if (now.Status === StackStatus.error) throw new DeploymentFailed(now);
  return now;
}

/** Another deployment of the stack is under way. */
const isBusy = (error: unknown): boolean =>
  isApiError(error) &&
  error.status === 409 &&
  /in progress/i.test(`${error.serverMessage} ${error.details ?? ""}`);

/** Sends a write again until no other deployment of the stack is in its way. */
export async function afterOthers<T>({ signal, progress }: Waiting, send: () => Promise<T>): Promise<T> {
  const { answer } = await until(signal, async (seconds) => {
    try {
      return { answer: await send() };
    } catch (error) {
      if (!isBusy(error)) throw error;
      progress(`waiting for another deployment of the stack: ${seconds} s`);
      return undefined;
    }
  });
  return answer;
}

/**
 * Sends a write that deploys, after a deployment that is under way. If the answer is lost, waits for the outcome: sent
 * again, the write would deploy a second time.
 *
 * @param outcome the stack, once the write has taken effect.
 */
export async function sendOnce(
  waiting: Waiting,
  send: () => Promise<Stack>,
  outcome: () => Promise<Stack | undefined>,
): Promise<Stack> {
  return await afterOthers(waiting, async () => {
    try {
      return await send();
    } catch (error) {
      if (!mayHaveHappened(error)) throw error;
      return await lookForOutcome(waiting, error, outcome);
    }
  });
}

async function lookForOutcome(
  { signal, progress }: Waiting,
  lost: unknown,
  outcome: () => Promise<Stack | undefined>,
): Promise<Stack> {
  return await until(signal, async (seconds) => {
    progress(`the answer was lost: looking whether Portainer has deployed the stack, ${seconds} s`);
    const found = await outcome().catch((error: unknown) => {
      if (!isConnectionError(error)) throw error;
      return undefined;
    });
    if (!found && seconds >= LOST_SECONDS) throw lost;
    return found;
  });
}
